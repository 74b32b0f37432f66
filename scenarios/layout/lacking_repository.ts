/**
 * A repository lacks files that every model needs; some lie one directory down, where no runtime looks.
 *
 * Invariants checked:
 * - The download fails before any weight is requested, and the error names everything that is lacking.
 */
import fc from "fast-check";
import { anyRepository, asFailure } from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";

const PARTS = ["config.json", ".safetensors", "tokenizer.json", "tokenizer_config.json"];
/** A part may be named as in the specification's table, or by its file. */
const NAMES: Readonly<Record<string, RegExp>> = {
  "config.json": /(?<!tokenizer[_ ])config/i,
  ".safetensors": /safetensors|weight/i,
  "tokenizer.json": /tokenizer(?![_ ]config)/i,
  "tokenizer_config.json": /tokenizer[_ ]config/i,
};

export const lackingRepository = scenario({
  name: "layout/lacking_repository",
  covers: ["LAYOUT-LACKS", "ERROR-KIND"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    repository: anyRepository(),
    lacking: fc.subarray(PARTS, { minLength: 1 }),
    isNested: fc.boolean(),
  },
  async check({ model, repository, lacking, isNested }, world, verdict) {
    const isLacking = (path: string) =>
      lacking.some((part) => path === part || (part.startsWith(".") && path.endsWith(part)));
    const files = model.files.flatMap((file) => {
      if (!isLacking(file.path)) return [file];
      return isNested ? [{ ...file, path: `sub/${file.path}` }] : [];
    });
    world.hub.publish(repository, files, { tags: ["mlx"] });
    const download = () => world.start().download({ repository });
    const failure = await verdict.fails("LAYOUT-LACKS", download, ["repository-incomplete"]);
    // The text is looked at for the names alone; its wording is not judged.
    const text = [failure.file, failure.expected, asFailure(failure)?.message].join(" ");
    const unnamed = lacking.filter((part) => NAMES[part]?.test(text) !== true);
    verdict.holds("LAYOUT-LACKS", unnamed.length === 0, `${unnamed.join()} is not named: ${text}`);
    const asked = world.hub.log.filter(({ file }) => file?.endsWith(".safetensors"));
    verdict.holds("LAYOUT-LACKS", asked.length === 0, "weights were requested all the same");
  },
});
