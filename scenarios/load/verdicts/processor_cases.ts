/**
 * Models of images, and the processors that their files name.
 *
 * @module
 */

import { jsonBytes, tinyLlama } from "../../../harness/internal.ts";
import type { ModelFile } from "../../../harness/mod.ts";
import type { VerdictCase } from "./verdict_case.ts";
import { renamed } from "./verdict_models.ts";

const LM = "mlx-lm 0.32.2";
const SWIFT = "mlx-swift-lm 3.31.4";
const VLM = "mlx-vlm 0.7.10";

/** Cases by name. */
export const PROCESSOR_CASES: Readonly<Record<string, VerdictCase>> = {
  "of images, with a processor that is no JSON": {
    apply: () => [
      ...ofImages().filter(({ path }) => path !== "preprocessor_config.json"),
      { path: "preprocessor_config.json", bytes: Buffer.from("{ not JSON"), lfs: false },
    ],
    // mlx-lm loads the text alone.
    expected: { [LM]: true },
    isDownloaded: true,
  },
  "of images, whose first file of a processor names none": {
    apply: () => [
      ...ofImages().filter(({ path }) => path !== "preprocessor_config.json"),
      processorFile("preprocessor_config.json", undefined),
      processorFile("processor_config.json", "NoSuchProcessor"),
    ],
    expected: { [LM]: true },
    isDownloaded: true,
  },
  ...Object.fromEntries(
    [
      ["preprocessor_config.json", "Qwen2VLProcessor", true],
      ["processor_config.json", "Qwen2VLProcessor", true],
      ["preprocessor_config.json", "NoSuchProcessor", false],
      ["processor_config.json", "NoSuchProcessor", false],
      ["special_tokens_map.json", "NoSuchProcessor", true],
      // The first of the two files counts.
      ["preprocessor_config.json", "Qwen2VLProcessor", true, "NoSuchProcessor"],
      ["preprocessor_config.json", "NoSuchProcessor", false, "Qwen2VLProcessor"],
    ].map(([path, processor_class, loads, other]) => [
      `of images, with ${String(processor_class)} in ${String(path)}${other === undefined ? "" : ` and ${String(other)} in the other`}`,
      {
        apply: () => [
          ...ofImages().filter((file) => file.path !== path),
          processorFile(String(path), processor_class),
          ...(other === undefined ? [] : [processorFile("processor_config.json", other)]),
        ],
        expected: { [SWIFT]: loads === true, [LM]: true, [VLM]: true, "mlx-lm 0.26.3": false },
        isDownloaded: true,
      },
    ]),
  ),
};

function processorFile(path: string, processor_class: unknown): ModelFile {
  return { path, bytes: jsonBytes({ processor_class }), lfs: false };
}

/** A model of images and text, of which there is only the text's part. */
function ofImages(): readonly ModelFile[] {
  const text = tinyLlama({ family: "qwen2", quantization: undefined, index: false });
  const { architectures: _names, ...text_config } = text.config;
  const config = { model_type: "qwen2_vl", vision_config: { depth: 1 }, text_config };
  return renamed(text, (name) => `language_model.${name}`).map((file) =>
    file.path === "config.json" ? { ...file, bytes: jsonBytes(config) } : file,
  );
}
