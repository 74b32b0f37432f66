/**
 * The files of a model, some of which are lost or say something else, with more weights beside them.
 *
 * @module
 */

import { jsonBytes } from "../../../harness/internal.ts";
import type { ModelFile, TinyModel } from "../../../harness/mod.ts";
import { INDEX } from "./plan_rules.ts";

/** Indexes that are none, by name. */
const WRONG: Readonly<Record<string, unknown>> = {
  "maps to numbers": { weight_map: { "model.norm.weight": 5 } },
  "has no map": { metadata: { total_size: 1 } },
  "has a list for a map": { weight_map: ["model.safetensors"] },
};

/** The code that a configuration asks for. */
export const OWN_CODE = "model.py";

/** Makes them of a sound model's. */
export function changedFiles(
  model: TinyModel,
  options: {
    readonly extras: readonly string[];
    readonly index: string;
    readonly config: string;
    readonly lost: string;
  },
): ModelFile[] {
  const { extras, index, config, lost } = options;
  const [first] = model.weightFiles;
  const bytes = model.files.find(({ path }) => path === first)?.bytes ?? new Uint8Array();
  const files = model.files
    .filter(
      ({ path }) =>
        path !== lost &&
        !(lost === "weights" && model.weightFiles.includes(path)) &&
        !(index !== "as it is" && path === INDEX),
    )
    .map((file) => (file.path === "config.json" ? changedConfig(file, config) : file));
  for (const path of extras) files.push({ path, bytes, lfs: true });
  const [extra] = extras;
  const absent = "model-00001-of-00009.safetensors";
  const isMixed = index === "names one that is there and one that is not";
  const code = new TextEncoder().encode("raise RuntimeError\n");
  if (config === "own code") files.push({ path: OWN_CODE, bytes: code, lfs: false });
  const wrong = WRONG[index];
  if (wrong !== undefined) files.push({ path: INDEX, bytes: jsonBytes(wrong), lfs: false });
  if (index.startsWith("names")) {
    const named = index === "names what is absent" ? absent : (extra ?? first);
    const weight_map = {
      "model.norm.weight": named,
      ...(isMixed && { "model.embed_tokens.weight": absent }),
    };
    files.push({ path: INDEX, bytes: jsonBytes({ metadata: {}, weight_map }), lfs: false });
  }
  return files;
}

function changedConfig(file: ModelFile, how: string): ModelFile {
  if (how === "no JSON") return { ...file, bytes: new TextEncoder().encode("{ not JSON") };
  const json = JSON.parse(new TextDecoder().decode(file.bytes)) as Record<string, unknown>;
  if (how === "no type") delete json["model_type"];
  if (how === "own code") json["model_file"] = OWN_CODE;
  if (how === "one block of packing") delete json["quantization_config"];
  if (how === "the other block of packing") delete json["quantization"];
  return how === "as it is" ? file : { ...file, bytes: jsonBytes(json) };
}
