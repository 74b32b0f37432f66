/**
 * A required file has no bytes.
 *
 * Invariants checked:
 * - The check refuses the file as what it is, with its path.
 */
import fc from "fast-check";
import { judgeReplacedFile } from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

const TEXTS = ["config.json", "tokenizer.json", "tokenizer_config.json"];

export const emptyFile = scenario({
  name: "load/empty_file",
  pieceBytes: [8192],
  covers: ["LOAD-EMPTY"],
  given: {
    model: anyModel(),
    choose: fc.nat(),
    isDownloaded: fc.boolean(),
  },
  async check({ model, choose, isDownloaded }, world, verdict) {
    const paths = [...model.weightFiles, ...TEXTS];
    const path = paths[choose % paths.length] ?? "";
    const bytes = new Uint8Array(0);
    const replaced = { model, path, bytes, isDownloaded, cause: "empty" as const };
    await judgeReplacedFile(world, verdict, { id: "LOAD-EMPTY", replaced });
  },
});
