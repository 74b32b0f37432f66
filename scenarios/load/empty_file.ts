/**
 * A required file has no bytes.
 *
 * Invariants checked:
 * - The check refuses the file as what it is, with its path.
 */
import fc from "fast-check";
import { judgeReplacedFile } from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

const PLACES = ["weights", "config.json", "tokenizer.json", "tokenizer_config.json"] as const;

export const emptyFile = scenario({
  name: "load/empty_file",
  pieceBytes: [8192],
  covers: ["LOAD-EMPTY"],
  given: {
    model: anyModel(),
    where: fc.constantFrom(...PLACES),
    choose: fc.nat(),
    isDownloaded: fc.boolean(),
  },
  async check({ model, where, choose, isDownloaded }, world, verdict) {
    const { weightFiles } = model;
    const path = where === "weights" ? (weightFiles[choose % weightFiles.length] ?? "") : where;
    const bytes = new Uint8Array(0);
    const replaced = { model, path, bytes, isDownloaded, cause: "empty" as const };
    await judgeReplacedFile(world, verdict, { id: "LOAD-EMPTY", replaced });
  },
});
