/**
 * What the scenarios about verdicts of runtimes draw.
 *
 * @module
 */

import fc from "fast-check";
import type { RuntimeVerdict } from "../../../spec/mod.ts";
import { jsonBytes, tinyLlama, writeSafetensors } from "../../../harness/internal.ts";
import type { ModelFile, TinyModel } from "../../../harness/mod.ts";
import { CONFIGURATION_CASES } from "./configuration_cases.ts";
import type { VerdictCase } from "./verdict_case.ts";

/** The case of a type that nobody has. */
export const UNKNOWN_TYPE = "of a type that nobody has";

const ADAPTER = writeSafetensors([
  { name: "model.layers.0.lora_a", dtype: "F32", shape: [2], data: new Uint8Array(8).fill(1) },
]);

/** What is made of a sound model, by name. */
export const VERDICT_CASES: Readonly<Record<string, VerdictCase>> = {
  "as it is": {
    apply: ({ files }) => files,
    expected: ({ config }) => ({
      "mlx-lm 0.32.2": true,
      "mlx-swift-lm 3.31.4": true,
      ...(config["model_type"] === "qwen3" && {
        "mlx-swift-lm 2.25.3": false,
        "mlx-swift-lm 2.25.4": true,
        "mlx-swift-lm 2.25.10": true,
        "mlx-embeddings 0.1.0": true,
      }),
    }),
    isDownloaded: true,
  },
  "with an adapter beside": {
    apply: ({ files }) => [...files, { path: "adapters.safetensors", bytes: ADAPTER, lfs: true }],
    expected: {
      "mlx-lm 0.32.2": true,
      "mlx-swift-lm 3.31.4": false,
      "mlx-swift-lm main": true,
    },
    isDownloaded: true,
  },
  "with weights of another name": {
    apply: ({ files }) =>
      files
        .filter(({ path }) => !path.endsWith(".index.json"))
        .map((file) => ({
          ...file,
          path: file.path.replace(/^model(?=.*\.safetensors$)/, "weights"),
        })),
    expected: ({ config }) => ({
      "mlx-lm 0.32.2": false,
      "mlx-swift-lm 3.31.4": true,
      ...(config["model_type"] === "qwen3" && { "mlx-embeddings 0.1.0": true }),
    }),
    isDownloaded: false,
  },
  "without tokenizer_config.json": {
    apply: ({ files }) => files.filter(({ path }) => path !== "tokenizer_config.json"),
    expected: { "mlx-lm 0.32.2": true, "mlx-swift-lm 3.31.4": false },
    isDownloaded: false,
  },
  "with other bits in the configuration": {
    apply: (model) => {
      const block = { group_size: 32, bits: 8 };
      return "quantization" in model.config
        ? withConfig(model, { ...model.config, quantization: block, quantization_config: block })
        : model.files;
    },
    expected: ({ config }) => ({
      "mlx-lm 0.32.2": true,
      ...("quantization" in config && {
        "mlx-lm 0.31.3": false,
        "mlx-lm 0.32.0": true,
        "mlx-swift-lm 3.31.4": false,
      }),
    }),
    isDownloaded: true,
  },
  [UNKNOWN_TYPE]: {
    apply: (model, type) => withConfig(model, { ...model.config, model_type: type }),
    expected: { "mlx-lm 0.32.2": false, "mlx-swift-lm 3.31.4": false },
    isDownloaded: true,
  },
  "with a configuration of other sizes": {
    apply: (model) => withConfig(model, { ...model.config, intermediate_size: 4_096 }),
    expected: { "mlx-lm 0.32.2": false, "mlx-swift-lm 3.31.4": false },
    isDownloaded: true,
  },
  "without one of its shards": {
    apply: ({ files, weightFiles }) => files.filter(({ path }) => path !== weightFiles[1]),
    expected: { "mlx-lm 0.32.2": false, "mlx-swift-lm 3.31.4": false },
    isDownloaded: true,
  },
  ...CONFIGURATION_CASES,
};

/** Sound models of types and packings that all versions judged here have. */
export const anyVerdictModel: fc.Arbitrary<TinyModel> = fc
  .record({ family: fc.constantFrom("llama", "mistral", "qwen2", "qwen3"), isPacked: fc.boolean() })
  .map(({ family, isPacked }) =>
    tinyLlama({ family, shards: 2, ...(isPacked ? {} : { quantization: undefined }) }),
  );

/** Types that no runtime has, nor will have. */
export const anyUnknownType: fc.Arbitrary<string> = fc.stringMatching(/^nosuch_[a-z]{3,12}$/);

/** Whether a version loads a model; undefined where the answer does not speak of it. */
export function answerFor(
  verdicts: readonly RuntimeVerdict[],
  runtime: string,
  version: string,
): boolean | undefined {
  const found = verdicts.find(
    (one) =>
      one.runtime === runtime &&
      compareVersions(one.from, version) <= 0 &&
      (one.before === undefined || compareVersions(version, one.before) < 0),
  );
  return found?.loads;
}

/** Orders versions; `main` comes after every release. */
export function compareVersions(one: string, two: string): number {
  const [a, b] = [one, two].map((version) =>
    version === "main" ? [Number.POSITIVE_INFINITY] : version.split(".").map(Number),
  );
  for (let at = 0; at < 4; at++) {
    const [x = 0, y = 0] = [a?.[at], b?.[at]];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function withConfig({ files }: TinyModel, config: Readonly<Record<string, unknown>>): ModelFile[] {
  const bytes = jsonBytes(config);
  return files.map((file) => (file.path === "config.json" ? { ...file, bytes } : file));
}
