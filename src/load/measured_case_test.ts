/**
 * What `check` did wrong when it was measured with real models in November 2026 is tested by its number, with its smallest
 * input: `measured_sound_test.ts`, `measured_broken_test.ts`. Links are in `list_entries_test.ts`, templates of one feature
 * each in `template_features_test.ts`. What the two have in common is here.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles, writeBytes } from "../../harness/disk/mod.ts";
import {
  jsonBytes,
  type ModelFile,
  type Tensor,
  tensorsOf,
  tinyLlama,
  type TinyModel,
  writeSafetensors,
} from "../../harness/models/mod.ts";
import type { CheckReport } from "../../spec/mod.ts";
import { checkDirectory } from "./check_directory.ts";
import { verdictOf } from "./runtimes/choose_runtime.ts";

/** A packed llama, and one in full precision. */
export const PACKED = tinyLlama();
export const PLAIN = tinyLlama({ quantization: undefined, dtype: "BF16", tied: false });

/** Files by path: bytes, text or JSON; null takes one away. */
export type Changes = Readonly<Record<string, Uint8Array | string | object | null>>;

export interface Case {
  readonly what: string;
  readonly model?: TinyModel;
  readonly changes: Changes;
  /** What the newest mlx-lm does with it. @default {it loads a sound one and refuses a broken one} */
  readonly mlxLm?: boolean;
  /** The runtime that it is for, where that is another one. */
  readonly other?: string;
}

export function loadedByMlxLm({ runtimes = [] }: CheckReport): boolean | undefined {
  return verdictOf(runtimes, { runtime: "mlx-lm", version: "0.32.2" })?.loads;
}

export async function check({ model = PACKED, changes }: Omit<Case, "what">): Promise<CheckReport> {
  const files = memoryFiles();
  for (const { path, bytes } of model.files)
    if (!(path in changes)) await writeBytes(files, `/m/${path}`, bytes);
  for (const [path, content] of Object.entries(changes))
    if (content !== null) await writeBytes(files, `/m/${path}`, toBytes(content));
  return await checkDirectory(files, "/m");
}

test("the models of the measured cases are sound as they are", async () => {
  for (const model of [PACKED, PLAIN]) {
    const report = await check({ model, changes: {} });
    assert.deepEqual([report.findings, loadedByMlxLm(report)], [[], true]);
  }
});

function toBytes(content: Uint8Array | string | object): Uint8Array {
  if (content instanceof Uint8Array) return content;
  return typeof content === "string" ? new TextEncoder().encode(content) : jsonBytes(content);
}

interface TokenizerJson {
  readonly model: object;
  readonly added_tokens: readonly { readonly single_word?: boolean }[];
}

export function tokenizer(what: string, change: object | ((json: TokenizerJson) => object)): Case {
  const json = JSON.parse(
    new TextDecoder().decode(bytesOf(PACKED, "tokenizer.json")),
  ) as TokenizerJson;
  const changed = typeof change === "function" ? change(json) : change;
  return { what, changes: { "tokenizer.json": { ...json, ...changed } } };
}

export function bytesOf(model: TinyModel, path: string): Uint8Array {
  const file = model.files.find((one: ModelFile) => one.path === path);
  assert.ok(file, path);
  return file.bytes;
}

export function withTensors(model: TinyModel, change: (tensors: Tensor[]) => Tensor[]): Uint8Array {
  const tensors = change(tensorsOf(bytesOf(model, "model.safetensors")));
  return writeSafetensors(tensors, { metadata: { format: "mlx" } });
}

export function oneTensor(name: string): Uint8Array {
  const data = new Uint8Array(16).map((_, at) => at + 1);
  return writeSafetensors([{ name, dtype: "U8", shape: [16], data }]);
}
