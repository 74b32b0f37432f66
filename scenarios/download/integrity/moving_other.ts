/**
 * The branch of a repository that is not for MLX moves while it is downloaded.
 *
 * Invariants checked:
 * - The branch is asked about once, and every file is requested from the one commit that it meant then.
 */
import { join } from "node:path";
import fc from "fast-check";
import { ownLayout, patternedBytes, readBytes } from "../../../harness/internal.ts";
import { NotApplicable, scenario } from "../../../harness/mod.ts";

const REPOSITORY = "someone/Moving-GGUF";
const NAMES = ["model.gguf", "notes.md"] as const;

export const movingOther = scenario({
  name: "download/moving_other",
  covers: ["DL-ONE-COMMIT"],
  given: {
    sizeBytes: fc.integer({ min: 1, max: 3000 }),
    moment: fc.constantFrom("tree" as const, "tree" as const, "resolve" as const, "cdn" as const),
    revision: fc.constantFrom(undefined, undefined, "v1.0"),
    isThere: fc.boolean(),
  },
  async check({ sizeBytes, moment, revision, isThere }, world, verdict) {
    if (ownLayout(world) !== "hubapi")
      throw new NotApplicable("only beside MLX's layout is there a place for what is no model");
    const { hub } = world;
    const about = revision === undefined ? {} : { revision };
    const request = { repository: REPOSITORY, ...about };
    const filesOf = (salt: number) =>
      NAMES.map((path) => ({ path, bytes: patternedBytes(sizeBytes, { salt }), lfs: true }));
    const id = "DL-ONE-COMMIT";
    if (isThere) {
      hub.publish(REPOSITORY, filesOf(1), about);
      await verdict.attempt(id, () => world.start().download(request));
      hub.clearLog();
    }
    hub.publish(REPOSITORY, filesOf(2), about);
    hub.prepare(REPOSITORY, filesOf(3), about);
    hub.faults = [{ match: { kind: moment }, do: { type: "move-branch" } }];
    const result = await verdict.attempt(id, () => world.start().download(request));
    const found = await Promise.all(
      NAMES.map(async (name) =>
        Buffer.from(await readBytes(world.files, join(result.directory, name))).toString("hex"),
      ),
    );
    const wanted = filesOf(found[0] === hex(filesOf(2)[0]?.bytes) ? 2 : 3);
    const isOne = wanted.every(({ bytes }, at) => hex(bytes) === found[at]);
    verdict.holds(id, isOne, "its files are of two commits");
    const commits = new Set(
      hub.log.flatMap(({ kind, rawPath }) =>
        kind === "resolve" ? (/\/resolve\/([^/]+)\//.exec(rawPath)?.[1] ?? []) : [],
      ),
    );
    verdict.holds(
      id,
      commits.size <= 1,
      () => `files of ${[...commits].join(" and ")} were asked for`,
    );
    const questions = hub.log.filter(
      ({ kind, path }) => kind === "info" && !/[0-9a-f]{40}$/.test(path),
    ).length;
    verdict.holds(id, questions <= 1, `the branch was resolved ${questions} times`);
  },
});

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}
