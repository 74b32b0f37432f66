import type { FileSystem } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import type { ReferenceModel } from "./reference_model.ts";

/** Options of {@linkcode openReferenceModel}. */
export interface OpenReferenceModelOptions {
  readonly signal?: AbortSignal;
  /** How many threads compute; the results do not depend on it. @default {one a core} */
  readonly threads?: number;
}

/** Loads a model's weights. */
export async function openReferenceModel(
  files: FileSystem,
  directory: string,
  options: OpenReferenceModelOptions = {},
): Promise<ReferenceModel> {
  options.signal?.throwIfAborted();
  await files.stat(directory);
  throw new ModelError("unsupported", `Cannot run "${directory}": the engine is not built yet`);
}
