import type { CheckCause } from "../../../spec/mod.ts";
import type { ModelFile, TinyModel } from "../model_file.ts";
import { type HeaderEntry, splitSafetensors } from "../split_safetensors.ts";

/** One way in which a model's files can be wrong. */
export interface Damage {
  /** Unique among all damages. */
  readonly name: string;
  /** The cause that a check must name. */
  readonly cause: CheckCause;
  /** Causes that describe the same damage as well, where more than one is right. */
  readonly alsoRight?: readonly CheckCause[];
  /**
   * Whether MLX 0.32.4 with mlx-lm 0.32.2 loads model and tokenizer and generates from token ids
   * without an error; the tokens may be wrong.
   */
  readonly acceptedByMlx: boolean;
  /** Whether some runtimes load it with the same tokens, so that it is enough when a check says what it is. @default {false} */
  readonly mayLoad?: true;
  /** Whether the model has what this damage breaks; absent when every model has. */
  appliesTo?(model: TinyModel): boolean;
  /**
   * Gives the files of the damaged model; those of `model` stay as they are.
   *
   * @param choose A natural number that decides which of several places is hit.
   */
  apply(model: TinyModel, choose: number): ModelFile[];
}

/** A damage whose name is a key of the table that it stands in. */
export type DamageEntry = Omit<Damage, "name">;

/** Turns a table of damages into a list. */
export function namedDamages(table: Readonly<Record<string, DamageEntry>>): Damage[] {
  return Object.entries(table).map(([name, entry]) => ({ name, ...entry }));
}

/** Picks one of several places. @throws {RangeError} when there is none. */
export function pick<Item>(items: readonly Item[], choose: number): Item {
  const item = items[choose % Math.max(items.length, 1)];
  if (item === undefined) {
    throw new RangeError("Cannot damage this model: it has no place for this damage");
  }
  return item;
}

/** Finds a file. @throws {RangeError} when the model has no such file. */
export function fileAt(model: TinyModel, path: string): ModelFile {
  const file = model.files.find((one) => one.path === path);
  if (file === undefined) {
    throw new RangeError(`Cannot damage "${path}": the model has no such file`);
  }
  return file;
}

/** Gives the model's files with other bytes under one path, which may be a new one. */
export function withFile(model: TinyModel, file: Pick<ModelFile, "path" | "bytes">): ModelFile[] {
  const { path, bytes } = file;
  return model.files.some((one) => one.path === path)
    ? model.files.map((one) => (one.path === path ? { ...one, bytes } : one))
    : [...model.files, { path, bytes, lfs: path.endsWith(".safetensors") }];
}

/** Gives the model's files without those under the given paths. */
export function withoutPaths(model: TinyModel, paths: readonly string[]): ModelFile[] {
  return model.files.filter((file) => !paths.includes(file.path));
}

/** A weight file that was chosen to be damaged. */
export interface ChosenWeights {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Picks one weight file. */
export function pickWeights(model: TinyModel, choose: number): ChosenWeights {
  return fileAt(model, pick(model.weightFiles, choose));
}

/** A tensor that was chosen to be damaged, and the weight file that it is in. */
export interface TensorPlace extends ChosenWeights {
  readonly name: string;
  readonly entry: HeaderEntry;
}

/** All tensors of all weight files. */
export function tensorPlaces(model: TinyModel): TensorPlace[] {
  return model.weightFiles.flatMap((path) => {
    const { bytes } = fileAt(model, path);
    return [...splitSafetensors(bytes).entries].map(([name, entry]) => ({
      path,
      bytes,
      name,
      entry,
    }));
  });
}

/** Whether a model's weights are packed in whole numbers, with scales and biases. */
export function isAffine(model: TinyModel): boolean {
  const block = model.config["quantization"] as { readonly mode?: unknown } | undefined;
  return block !== undefined && (block.mode ?? "affine") === "affine";
}

/** Whether a model's weights are packed. */
export function isQuantized(model: TinyModel): boolean {
  return "quantization" in model.config;
}
