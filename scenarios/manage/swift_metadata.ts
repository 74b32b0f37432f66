/**
 * Swift's offline mode and Python's client look at a directory that we downloaded.
 *
 * Invariants checked:
 * - Every visible file has metadata of three lines: commit, etag, and a time that is not before the file's.
 * - After an update they are of the new commit.
 */
import { join } from "node:path";
import { METADATA_DIRECTORY } from "../../spec/mod.ts";
import {
  anyModel,
  anyRepository,
  gitBlobSha1,
  modelPlace,
  readText,
  readTree,
  scenario,
  sha256Hex,
  wantedFiles,
} from "../../harness/mod.ts";

export const swiftMetadata = scenario({
  name: "manage/swift_metadata",
  covers: ["MANAGE-METADATA"],
  given: { old: anyModel(), next: anyModel(), repository: anyRepository() },
  async check({ old, next, repository }, world, verdict) {
    const directory = modelPlace(world, repository);
    for (const { files } of [old, next]) {
      const commit = world.hub.publish(repository, files, { tags: ["mlx"] });
      await verdict.attempt("MANAGE-METADATA", () => world.start().download({ repository }));
      const tree = await readTree(world.files, directory);
      const visible = wantedFiles(files).filter(
        ({ path }) => !path.split("/").some((name) => name.startsWith(".")),
      );
      for (const file of visible) {
        const { path } = file;
        const modifiedMs =
          tree.find((entry) => entry.path === path)?.modifiedMs ?? Number.POSITIVE_INFINITY;
        const text = await readText(
          world.files,
          join(directory, METADATA_DIRECTORY, `${path}.metadata`),
        );
        const [first, etag, time, rest] = (text ?? "").split("\n");
        verdict.holds("MANAGE-METADATA", text !== undefined, `${path} has no metadata`);
        verdict.holds("MANAGE-METADATA", first === commit, `${path}: the commit is ${first}`);
        const expected = file.lfs ? sha256Hex(file.bytes) : gitBlobSha1(file.bytes);
        verdict.holds("MANAGE-METADATA", etag === expected, `${path}: the etag is ${etag}`);
        verdict.holds(
          "MANAGE-METADATA",
          Number(time) >= modifiedMs / 1000 - 1 && rest === "",
          `${path}: the time is ${time}`,
        );
      }
    }
  },
});
