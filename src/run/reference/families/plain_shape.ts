import type { LayerShape, ModelShape } from "../model_shape.ts";
import { plainRotation, type Rotation } from "../read_rotation.ts";
import type { ConfigFields } from "./config_fields.ts";

/** Hostile counts must not make a list that does not fit in memory. */
const LAYERS_MAX = 10_000;

/** What a family reads otherwise than a plain llama. */
export interface OwnShape extends Partial<Omit<ModelShape, "layers" | "factors">> {
  /** The one rotation of all layers. @default {the plain one of `rope_theta`} */
  readonly rotation?: Rotation;
  readonly factors?: Partial<ModelShape["factors"]>;
  /** What each layer has of its own. */
  readonly layer?: (index: number) => Partial<LayerShape>;
}

/**
 * The shape that most families share: norms before each half of a layer, one rotation, no experts.
 *
 * @throws ModelError with the code `corrupt-model` for sizes that describe no model
 */
export function plainShape(fields: ConfigFields, own: OwnShape = {}): ModelShape {
  const { rotation, layer, factors, ...rest } = own;
  const hiddenSize = fields.size("hidden_size");
  const headCount = fields.size("num_attention_heads");
  const layerCount = fields.size("num_hidden_layers");
  if (layerCount > LAYERS_MAX) throw fields.corrupt(`it has ${layerCount} layers`);
  const headSize = own.headSize ?? Math.floor(hiddenSize / headCount);
  const keyValueHeadCount = fields.optionalSize("num_key_value_heads") ?? headCount;
  if (headCount % keyValueHeadCount !== 0 || headSize % 2 !== 0) {
    throw fields.corrupt(
      `${headCount} heads of ${headSize} with ${keyValueHeadCount} key-value heads cannot be computed`,
    );
  }
  const plain: LayerShape = { rotation: 0, window: undefined, experts: undefined };
  return {
    hiddenSize,
    headCount,
    keyValueHeadCount,
    headSize,
    innerSize: fields.size("intermediate_size"),
    vocabularySize: fields.size("vocab_size"),
    layers: Array.from({ length: layerCount }, (_, at) => ({ ...plain, ...layer?.(at) })),
    rotations: own.rotations ?? [rotation ?? plainRotation(fields, headSize)],
    rmsNormEpsilon: fields.number("rms_norm_eps"),
    normOffset: 0,
    norms: "before",
    headNorms: "none",
    biases: { queryKeyValue: false, output: false, inner: false },
    isFused: false,
    activation: "silu",
    caps: { scores: undefined, logits: undefined },
    tie: "untied",
    prefix: "",
    expertsName: "mlp",
    ...rest,
    factors: {
      embedding: 1,
      query: 1 / Math.sqrt(headSize),
      residual: 1,
      logitDivisor: 1,
      ...factors,
    },
  };
}

/** Whether the embedding is the output too, as most configurations say it. */
export function tieOf(fields: ConfigFields): ModelShape["tie"] {
  return fields.flag("tie_word_embeddings") ? "tied" : "untied";
}
