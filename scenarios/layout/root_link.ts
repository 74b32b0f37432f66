/**
 * The root is a symbolic link to a directory on another disk.
 *
 * Invariants checked:
 * - Every call works as on a plain root, answers with paths below the root as it was given, and leaves the link alone.
 * - The files are in the directory that the link leads to.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import { exists, makeDirectories, namedPlace } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/RootLink";

export const rootLink = scenario({
  name: "layout/root_link",
  covers: ["LAYOUT-ROOT-LINK"],
  given: { model: anySmallModel({ weightBytesMax: 200 }), isRelative: fc.boolean() },
  async check({ model, isRelative }, world, verdict) {
    const id = "LAYOUT-ROOT-LINK";
    const behind = join(world.outside, "Big Disk");
    await makeDirectories(world.files, behind);
    await makeDirectories(world.files, dirname(world.root));
    await world.files.symlink(isRelative ? "../elsewhere/Big Disk" : behind, world.root);
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const subject = world.start();
    const request = { repository: REPOSITORY };
    const { directory } = await verdict.attempt(id, () => subject.download(request));
    const expected = await namedPlace(world, modelPlace(world, REPOSITORY));
    const there = await wrongFiles(
      world,
      modelPlace({ root: behind, subject: world.subject }, REPOSITORY),
      wantedFiles(model.files),
    );
    verdict.holds(id, there.length === 0, there.join(", "));
    const located = await subject.locate(request);
    const status = await verdict.attempt(id, () => subject.verify(request));
    const listed = await verdict.attempt(id, () => subject.list());
    const places = [directory, located, status.directory, ...listed.map((one) => one.directory)];
    verdict.holds(
      id,
      places.length === 4 && places.every((place) => place === expected),
      `answered ${places.join(", ")}`,
    );
    verdict.holds(id, status.state === "complete", `verify answers ${status.state}`);
    await verdict.attempt(id, () => subject.download(request));
    await verdict.attempt(id, () => subject.remove(request));
    const config = join(
      modelPlace({ root: behind, subject: world.subject }, REPOSITORY),
      "config.json",
    );
    verdict.holds(
      id,
      !(await exists(world.files, config)),
      "remove left the model behind the link",
    );
    const { kind } = await world.files.lstat(world.root);
    verdict.holds(id, kind === "link", "the root is no link any more");
  },
});
