/**
 * A git-lfs pointer is in place of a weight file or of the tokenizer.
 *
 * Invariants checked:
 * - The check refuses the file as what it is, with its path.
 */
import fc from "fast-check";
import { judgeReplacedFile, lfsPointer } from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

export const lfsPointerFile = scenario({
  name: "load/lfs_pointer_file",
  pieceBytes: [8192],
  covers: ["LOAD-POINTER"],
  given: {
    model: anyModel(),
    isTokenizer: fc.boolean(),
    choose: fc.nat(),
    isDownloaded: fc.boolean(),
  },
  async check({ model, isTokenizer, choose, isDownloaded }, world, verdict) {
    const { weightFiles } = model;
    const path = isTokenizer ? "tokenizer.json" : (weightFiles[choose % weightFiles.length] ?? "");
    const bytes = lfsPointer(model.files.find((file) => file.path === path)?.bytes ?? Buffer.of());
    const replaced = { model, path, bytes, isDownloaded, cause: "lfs-pointer" as const };
    await judgeReplacedFile(world, verdict, { id: "LOAD-POINTER", replaced });
  },
});
