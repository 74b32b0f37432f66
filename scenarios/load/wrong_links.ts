/**
 * A file of a model is a link that leads nowhere, round in a circle, or out of the root, directly or by way of others.
 *
 * Invariants checked:
 * - The check refuses it as broken or as leading outside, with its path.
 */
import { join } from "node:path";
import fc from "fast-check";
import { missingFinding, placeModel, writeBytes } from "../../harness/internal.ts";
import { anyModel, filePlace, scenario, wantedFiles } from "../../harness/mod.ts";

const repository = "mlx-community/Linked-4bit";

export const wrongLinks = scenario({
  name: "load/wrong_links",
  pieceBytes: [8192],
  covers: ["LOAD-LINK"],
  given: {
    model: anyModel({ nested: true }),
    choose: fc.nat(),
    leads: fc.constantFrom("nowhere", "to itself", "out by its path", "out by steps up"),
    hops: fc.nat(2),
    isDownloaded: fc.boolean(),
  },
  goals: ["a nested file was a link", "a file at the top was a link"],
  async check({ model, choose, leads, hops, isDownloaded }, world, verdict) {
    const { files } = world;
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    // Nested and other files alike: any of them may be opened by a runtime.
    const isNested = choose % 3 === 0;
    const list = wantedFiles(model.files).filter(({ path }) => path.includes("/") === isNested);
    const victim = list[(choose >>> 2) % list.length];
    if (victim === undefined) return;
    const place = filePlace(directory, victim.path);
    const secret = join(world.outside, "secret");
    await writeBytes(files, secret, victim.bytes);
    await files.unlink(place);
    const up = join("..", "..", "..", "..", "..", "elsewhere", "secret");
    const target = {
      nowhere: "no such file",
      "to itself": place,
      "out by its path": secret,
      "out by steps up": isNested ? join("..", up) : up,
    }[leads];
    // The last hop leads where it should not; those before it lead from one to the next.
    const steps = Array.from({ length: hops }, (_, at) => `${place}.hop${at}`);
    for (const [at, step] of [place, ...steps].entries()) {
      await files.symlink(steps[at] ?? target ?? "", step);
    }
    const report = await verdict.attempt("LOAD-LINK", () => world.start().check({ repository }));
    const isBroken = leads === "nowhere" || leads === "to itself";
    const lack = missingFinding(report, {
      causes: [isBroken ? "broken-link" : "outside-directory"],
      paths: [victim.path],
    });
    verdict.holds("LOAD-LINK", lack === undefined, () => `${victim.path} ${leads}: ${lack}`);
    verdict.reached(isNested ? "a nested file was a link" : "a file at the top was a link");
  },
});
