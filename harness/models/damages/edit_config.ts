/**
 * Changes of a `config.json` that make it wrong.
 *
 * @module
 */

import type { CheckCause } from "../../../spec/mod.ts";
import { type DamageEntry, fileAt, isAffine, withFile } from "./damage.ts";
import { jsonBytes } from "../tiny_tokenizer.ts";

/** The keys of a configuration, or of a block in it. */
export type Config = Record<string, unknown>;

/** Writes other bytes in place of the configuration. */
export function configBytes(
  cause: CheckCause,
  change: (bytes: Uint8Array) => Uint8Array,
): DamageEntry {
  return {
    cause,
    acceptedByMlx: false,
    apply: (model) =>
      withFile(model, {
        path: "config.json",
        bytes: change(fileAt(model, "config.json").bytes),
      }),
  };
}

/** Writes the edited configuration; a key that the edit sets to `undefined` is left out. */
export function configEdit(
  cause: CheckCause,
  edit: (config: Config, choose: number) => Config,
): DamageEntry {
  return {
    cause,
    acceptedByMlx: false,
    apply: (model, choose) =>
      withFile(model, { path: "config.json", bytes: jsonBytes(edit({ ...model.config }, choose)) }),
  };
}

/** Changes both blocks alike: published repositories always have them equal. */
export function quantizationEdit(edit: (block: Config, choose: number) => Config): DamageEntry {
  return {
    ...configEdit("quantization", (config, choose) => {
      const block = edit({ ...(config["quantization"] as Config) }, choose);
      return { ...config, quantization: block, quantization_config: block };
    }),
    alsoRight: ["shape"],
    appliesTo: isAffine,
  };
}
