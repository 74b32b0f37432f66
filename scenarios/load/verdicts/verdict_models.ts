/**
 * What the cases of verdicts make of a sound model.
 *
 * @module
 */

import {
  type Tensor,
  tensorsOf,
  tinyLlama,
  type TinyLlamaOptions,
  writeSafetensors,
} from "../../../harness/internal.ts";
import type { ModelFile, TinyModel } from "../../../harness/mod.ts";
import type { VerdictCase } from "./verdict_case.ts";

type Json = Readonly<Record<string, unknown>>;

/** The same model in full precision. */
export function plain({ config }: TinyModel, options: Partial<TinyLlamaOptions> = {}): TinyModel {
  const family = config["model_type"] as TinyLlamaOptions["family"];
  return tinyLlama({ family, shards: 2, quantization: undefined, ...options });
}

/** The files of a model with other tensors; an index would name the former. */
export function withTensors(
  model: TinyModel,
  change: (tensor: Tensor) => readonly Tensor[],
): ModelFile[] {
  return model.files
    .filter(({ path }) => !path.endsWith(".index.json"))
    .map((file) =>
      model.weightFiles.includes(file.path)
        ? { ...file, bytes: writeSafetensors(tensorsOf(file.bytes).flatMap(change)) }
        : file,
    );
}

/** The files of a model whose tensors have other names. */
export function renamed(model: TinyModel, rename: (name: string) => string): ModelFile[] {
  return withTensors(model, (tensor) => [{ ...tensor, name: rename(tensor.name) }]);
}

/** JSON leaves out what is changed to `undefined`. */
export function withConfig(model: TinyModel, change: Json): ModelFile[] {
  return withText(model, () => JSON.stringify({ ...model.config, ...change }));
}

/** The files of a model whose configuration is written otherwise. */
export function withText({ files }: TinyModel, change: (text: string) => string): ModelFile[] {
  return files.map((file) =>
    file.path === "config.json"
      ? { ...file, bytes: Buffer.from(change(new TextDecoder().decode(file.bytes))) }
      : file,
  );
}

/** Cases of a table, each under its name behind a prefix. */
export function named<T>(
  prefix: string,
  table: Readonly<Record<string, T>>,
  toCase: (row: T) => VerdictCase,
): Record<string, VerdictCase> {
  return Object.fromEntries(
    Object.entries(table).map(([name, row]) => [`${prefix} ${name}`, toCase(row)]),
  );
}
