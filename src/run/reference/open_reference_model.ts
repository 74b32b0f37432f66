import type { FileSystem } from "../../../spec/mod.ts";
import type { OpenReferenceModelOptions } from "./reference_model.ts";
import { type ReferenceModel } from "./reference_model.ts";

/**
 * Loads a model of one of the families in `families/mod.ts` for computing in float32; packed weights stay packed in
 * memory.
 *
 * It opens the files that mlx-lm opens, and checks only what it needs in order never to compute with wrong
 * tensors: damage is found by `checkDirectory`, which comes first.
 *
 * @throws ModelError with the code `not-downloaded` when there is no configuration or no weight file,
 * `unsupported` naming an architecture, a setting or a rotation that is not computed here, `corrupt-model`
 * for a directory that is not a whole model, and `limit-exceeded` when it does not fit in memory
 */
export async function openReferenceModel(
  files: FileSystem,
  directory: string,
  options: OpenReferenceModelOptions = {},
): Promise<ReferenceModel> {
  // A program that only downloads does not load the engine.
  const { loadReferenceModel } = await import("./load_reference_model.ts");
  return await loadReferenceModel(files, directory, options);
}
