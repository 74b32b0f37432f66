import { ModelError } from "../../errors.ts";
import { isRecord, parseJson } from "../../load/config/parse_json.ts";
import {
  isKnownArchitecture,
  type ModelConfig,
  readModelConfig,
} from "../../load/config/read_model_config.ts";
import { readRotation, type Rotation } from "./read_rotation.ts";

/** Everything about a model that its weights do not say. */
export interface ModelShape {
  readonly config: ModelConfig;
  readonly hiddenSize: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly keyValueHeadCount: number;
  readonly headSize: number;
  readonly intermediateSize: number;
  readonly vocabularySize: number;
  readonly rmsNormEpsilon: number;
  readonly rotation: Rotation;
  /** For each layer, how many positions its attention sees; undefined where it sees all. */
  readonly windows: readonly (number | undefined)[];
}

/**
 * Reads what mlx-lm's `llama.py` (also for mistral), `qwen2.py` and `qwen3.py` read from a `config.json`, with
 * their defaults.
 *
 * @throws ModelError with the code `unsupported` naming an architecture or a setting that is not computed
 * here, and `corrupt-model` for a configuration that describes no model
 */
export function readShape(bytes: Uint8Array, path: string): ModelShape {
  const { config, faults } = readModelConfig(bytes);
  const corrupt = (why: string) =>
    new ModelError("corrupt-model", `Cannot run the model of "${path}": ${why}`, { file: path });
  if (config === undefined) throw corrupt(faults.map(({ detail }) => detail).join("; "));
  requireSupported(config, path);
  const [fault] = faults;
  if (fault !== undefined) throw corrupt(fault.detail);
  const json = parseJson(bytes);
  if (!isRecord(json)) throw corrupt("it is not an object");

  const size = (value: number | undefined, name: string) => {
    if (value === undefined) throw corrupt(`it has no ${name}`);
    return value;
  };
  const hiddenSize = size(config.hiddenSize, "hidden_size");
  const headCount = size(config.headCount, "num_attention_heads");
  const layerCount = size(config.layerCount, "num_hidden_layers");
  // Qwen2 has no head_dim of its own in mlx-lm, whatever its configuration says.
  const ownHeadSize = config.modelType === "qwen2" ? undefined : config.headSize;
  const headSize = ownHeadSize ?? Math.floor(hiddenSize / headCount);
  const keyValueHeadCount = config.keyValueHeadCount ?? headCount;
  const rmsNormEpsilon = json["rms_norm_eps"];
  if (typeof rmsNormEpsilon !== "number") throw corrupt("its rms_norm_eps is not a number");
  if (headCount % keyValueHeadCount !== 0 || headSize % 2 !== 0) {
    throw corrupt(
      `${headCount} heads of ${headSize} with ${keyValueHeadCount} key-value heads cannot be computed`,
    );
  }
  return {
    config,
    hiddenSize,
    layerCount,
    headCount,
    keyValueHeadCount,
    headSize,
    intermediateSize: size(config.intermediateSize, "intermediate_size"),
    vocabularySize: size(config.vocabularySize, "vocab_size"),
    rmsNormEpsilon,
    rotation: readRotation(json, { headSize, modelType: config.modelType, path }),
    windows: readWindows(json, { layerCount, modelType: config.modelType, corrupt }),
  };
}

function requireSupported(config: ModelConfig, path: string): void {
  const refuse = (what: string) =>
    new ModelError(
      "unsupported",
      `Cannot run the model of "${path}" with the reference runner: ${what}. Use a runner of MLX itself`,
      { file: path, actual: config.modelType },
    );
  if (!isKnownArchitecture(config.modelType)) {
    throw refuse(
      `its architecture is "${config.modelType}"; llama, mistral, qwen2 and qwen3 are computed`,
    );
  }
  if (config.foreign !== undefined) throw refuse(config.foreign);
  const { quantization } = config;
  if (quantization === undefined) return;
  const all = [quantization, ...quantization.perLayer.values()];
  const other = all.find((settings) => settings !== false && settings.mode !== "affine");
  if (other !== undefined && other !== false) {
    throw refuse(`its weights are packed in the mode "${other.mode}"; "affine" is computed`);
  }
}

/** Only llama and mistral have layers of both kinds; a `sliding_window` alone means nothing to mlx-lm. */
function readWindows(
  json: Readonly<Record<string, unknown>>,
  options: {
    readonly layerCount: number;
    readonly modelType: string;
    readonly corrupt: (why: string) => ModelError;
  },
): (number | undefined)[] {
  const { layerCount, modelType, corrupt } = options;
  const kinds: unknown = json["layer_types"];
  const hasWindows = modelType === "llama" || modelType === "mistral";
  if (!hasWindows || !Array.isArray(kinds) || !kinds.includes("sliding_attention")) {
    return Array.from({ length: layerCount }, () => undefined);
  }
  const window = json["sliding_window"];
  if (typeof window !== "number" || !Number.isSafeInteger(window) || window < 1) {
    throw corrupt("it has layers of sliding_attention and no sliding_window");
  }
  if (!kinds.includes("full_attention")) {
    throw corrupt("it has no layer of full_attention, without which mlx-lm fails too");
  }
  return kinds.map((kind) => (kind === "sliding_attention" ? window : undefined));
}
