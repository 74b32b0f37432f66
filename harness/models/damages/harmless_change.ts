import type { ModelFile, TinyModel } from "../model_file.ts";

/** A change of a model's directory that makes nothing wrong. */
export interface Harmless {
  readonly name: string;
  apply(model: TinyModel): ModelFile[];
  /** The weight files afterwards. @default {those of the model} */
  weightFiles?(model: TinyModel): string[];
}
