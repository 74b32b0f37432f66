import fc from "fast-check";
import {
  jsonBytes,
  type ModelFile,
  tinyTokenizer,
  type TinyModel,
  writeSafetensors,
} from "../models/mod.ts";
import { labelledModel } from "./any_model.ts";

/** What a drawn small model must be. */
export interface SmallModelOptions {
  /** Most data bytes in one weight file. @default {600} */
  readonly weightBytesMax?: number;
  /** Whether it may have files beside what a runtime reads first: nested, empty, or two of one content. @default {true} */
  readonly beside?: boolean;
}

/**
 * Draws the cheapest files that a download accepts as a model: the required ones, each readable as
 * what it is, but no model that a runtime could run.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import fc from "fast-check";
 * import { anySmallModel } from "mlx-conform";
 *
 * const [model] = fc.sample(anySmallModel(), 1);
 * assert.ok(model?.files.some((file) => file.path === "config.json"));
 * ```
 */
export function anySmallModel(options: SmallModelOptions = {}): fc.Arbitrary<TinyModel> {
  const { weightBytesMax = 600, beside: hasBeside = true } = options;
  return fc
    .record({
      weights: fc.array(fc.nat(weightBytesMax), { minLength: 1, maxLength: 3 }),
      fill: fc.integer({ min: 1, max: 255 }),
      emptyJson: fc.boolean(),
      readme: fc.boolean(),
      lfsTokenizer: fc.boolean(),
      beside: fc.subarray(hasBeside ? (Object.keys(BESIDE) as (keyof typeof BESIDE)[]) : []),
    })
    .map(({ weights, fill, emptyJson, readme, lfsTokenizer, beside }) => {
      const config = { model_type: "llama", made_from: fill };
      const shards = weights.map((sizeBytes, index) => ({
        path: shardName(index, weights.length),
        bytes: smallWeights({ sizeBytes, fill, index }),
        lfs: true,
      }));
      const files: ModelFile[] = [
        { path: "config.json", bytes: jsonBytes(config), lfs: false },
        ...shards,
        ...tokenizerFiles().map((file) =>
          file.path === "tokenizer.json" ? { ...file, lfs: lfsTokenizer } : file,
        ),
      ];
      if (emptyJson) {
        files.push({ path: "empty.json", bytes: new Uint8Array(0), lfs: false });
      }
      if (readme) {
        files.push({ path: "README.md", bytes: Buffer.from("# Small\n"), lfs: false });
      }
      for (const name of beside) files.push(...BESIDE[name](fill));
      const label = `small, weights of ${weights.join(" + ")} bytes, fill ${fill}`;
      const weightFiles = shards.map(({ path }) => path);
      return labelledModel({ files, weightFiles, config, label });
    });
}

/** What models have beside what a runtime reads first, by what it shows. */
const BESIDE = {
  template: (fill: number) => [jsonOf("chat_template.json", { chat_template: `{{ ${fill} }}` })],
  // As the layers of sentence-transformers.
  nested: (fill: number) => [jsonOf("2_Dense/config.json", { in_features: fill })],
  // As the parts of speech models.
  deep: (fill: number) => [
    jsonOf("speech_tokenizer/encoder/config.json", { fill }),
    jsonOf("speech_tokenizer/encoder/layers/0.json", { fill, layer: 0 }),
  ],
  // One content under two names, large enough to be a large file, in a directory of its own.
  twins: (fill: number) => [
    { ...jsonOf("vocabulary.json", { twin: fill }), lfs: true },
    { ...jsonOf("tokenizer/vocabulary.json", { twin: fill }), lfs: true },
  ],
  emptyNested: () => [{ path: "assets/none.json", bytes: new Uint8Array(0), lfs: false }],
} satisfies Record<string, (fill: number) => readonly ModelFile[]>;

function jsonOf(path: string, value: unknown): ModelFile {
  return { path, bytes: jsonBytes(value), lfs: false };
}

let sharedTokenizer: readonly ModelFile[] | undefined;

/** The same tokenizer for all: making one takes longer than the rest of a small model. */
function tokenizerFiles(): readonly ModelFile[] {
  sharedTokenizer ??= tinyTokenizer({ vocabSize: 259, chatTemplate: "none" }).filter(
    ({ path }) => path !== "special_tokens_map.json",
  );
  return sharedTokenizer;
}

function smallWeights(options: { sizeBytes: number; fill: number; index: number }): Uint8Array {
  const { sizeBytes, fill, index } = options;
  // Bytes that differ everywhere, so that a part in a wrong place does not go unnoticed.
  const data = Uint8Array.from(
    { length: sizeBytes },
    (_, at) => (at * 31 + fill + (at >>> 8)) & 255,
  );
  return writeSafetensors([{ name: `tensor.${index}`, dtype: "U8", shape: [sizeBytes], data }]);
}

function shardName(index: number, count: number): string {
  const number = (value: number) => String(value).padStart(5, "0");
  return count === 1
    ? "model.safetensors"
    : `model-${number(index + 1)}-of-${number(count)}.safetensors`;
}
