import { ModelError } from "../../errors.ts";
import { type ModelConfig, readModelConfig } from "../../load/config/read_model_config.ts";
import { ConfigFields } from "./families/config_fields.ts";
import { FAMILIES } from "./families/mod.ts";
import type { ModelShape } from "./model_shape.ts";

/** A configuration, and the shape of the model that it describes. */
export interface ReadShape {
  readonly config: ModelConfig;
  readonly shape: ModelShape;
}

/**
 * Reads from a `config.json` what mlx-lm's module for its `model_type` reads, with its defaults.
 *
 * @throws ModelError with the code `unsupported` naming an architecture or a setting that is not computed
 * here, and `corrupt-model` for a configuration that describes no model
 */
export function readShape(bytes: Uint8Array, path: string): ReadShape {
  const { config, faults } = readModelConfig(bytes);
  if (config === undefined) {
    const why = faults.map(({ detail }) => detail).join("; ");
    throw new ModelError("corrupt-model", `Cannot run the model of "${path}": ${why}`, {
      file: path,
    });
  }
  const fields = new ConfigFields(config.json, { modelType: config.modelType, path });
  const family = FAMILIES.get(config.modelType);
  if (family === undefined) {
    const names = [...FAMILIES.keys()].join(", ");
    throw fields.unsupported(`its architecture is "${config.modelType}"; computed are ${names}`);
  }
  if (config.foreign !== undefined) throw fields.unsupported(config.foreign);
  const [fault] = faults;
  if (fault !== undefined) throw fields.corrupt(fault.detail);
  if (config.json["quantize_activations"]) {
    throw fields.unsupported("its quantize_activations asks to pack what is computed too");
  }
  return { config, shape: family(fields) };
}
