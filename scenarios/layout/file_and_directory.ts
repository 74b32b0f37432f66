/**
 * A directory stands, or is listed, where a file must be: `config.json/config.json`.
 *
 * Invariants checked:
 * - What is listed as a file is a file after the download.
 * - A listing that needs a name both as a file and as a directory is refused, and nothing of the model is written.
 * - A directory that somebody left in a file's place is never filled with the file: the file takes its place, or it is
 *   an error and the directory is as it was.
 */
import fc from "fast-check";
import { readTree, settled, stateDirectory, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, filePlace, modelPlace, scenario, wantedFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/FileAndDirectory";

export const fileAndDirectory = scenario({
  name: "layout/file_and_directory",
  covers: ["LAYOUT-FILE", "ERROR-KIND"],
  given: {
    model: anySmallModel(),
    directory: fc.constantFrom("nowhere", "listed", "on the disk"),
    name: fc.constantFrom("config.json", "tokenizer.json"),
  },
  async check({ model, directory, name }, world, verdict) {
    const inner = { path: `${name}/${name}`, bytes: new TextEncoder().encode("{}"), lfs: false };
    const isListed = directory === "listed";
    const files = isListed ? [...model.files, inner] : model.files;
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const place = modelPlace(world, REPOSITORY);
    if (directory === "on the disk")
      await writeBytes(world.files, filePlace(place, inner.path), inner.bytes);
    const download = () => world.start().download({ repository: REPOSITORY });
    if (isListed) {
      await verdict.fails("LAYOUT-FILE", download, ["unsafe-path"]);
      // A client may have a store with a catalogue of its own below the root.
      const [left] = await readTree(world.files, stateDirectory(place));
      verdict.holds("LAYOUT-FILE", left === undefined, `${left?.path} was written`);
      return;
    }
    const isDone = (await settled(download)) !== undefined;
    verdict.holds("LAYOUT-FILE", isDone || directory !== "nowhere", "it failed");
    const tree = await readTree(world.files, place);
    if (!isDone) {
      const inside = tree.filter(({ path }) => path.startsWith(`${name}/`));
      const isAsBefore = inside.length === 1 && inside[0]?.path === inner.path;
      verdict.holds("LAYOUT-FILE", isAsBefore, `something was put into ${name}`);
      return;
    }
    for (const { path } of wantedFiles(files)) {
      const kind = tree.find((entry) => entry.path === path)?.kind;
      verdict.holds("LAYOUT-FILE", kind === "file", `${path} is ${kind ?? "not there"}`);
    }
  },
});
