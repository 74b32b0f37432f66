/**
 * Generators of tiny but real MLX models, and of everything that can be wrong with one.
 *
 * @module
 */

export type { Damage } from "./damages/damage.ts";
export { DAMAGES, damagesOf, DISK_DAMAGES, type DiskDamage } from "./damages/damages.ts";
export { decodeFloats } from "./decode_floats.ts";
export { encodeFloats, type FloatDtype } from "./encode_floats.ts";
export { appleDouble, HEADER_LENGTH_LIMIT_BYTES, HTML_PAGE } from "./damages/foreign_bytes.ts";
export { type GreedyStep, greedyTokens } from "./greedy_tokens.ts";
export { HARMLESS } from "./damages/harmless.ts";
export type { Harmless } from "./damages/harmless_change.ts";
export type { LlamaFamily, LlamaFamilyOptions } from "./llama_family.ts";
export { seededNumbers } from "./seeded_numbers.ts";
export { type ModelFacts, modelFacts } from "./model_facts.ts";
export type { ModelFile, TinyModel } from "./model_file.ts";
export {
  dequantizeAffine,
  GROUP_SIZES,
  type GroupSize,
  type Matrix,
  type Quantization,
  QUANTIZATION_BITS,
  type QuantizationBits,
  quantizeAffine,
  type QuantizedMatrix,
} from "./quantize_affine.ts";
export {
  dequantizeFloats,
  FLOAT_PACKINGS,
  type FloatPacking,
  type PackedFloats,
  type Packing,
  quantizeFloats,
} from "./quantize_floats.ts";
export {
  formModel,
  RECORDED_ANSWERS,
  RECORDED_FORMS,
  type RecordedAnswer,
  type RecordedForm,
  recordedModel,
  recordedPrompt,
} from "./recorded/recorded_answers.ts";
export { type HeaderEntry, splitSafetensors, tensorsOf } from "./split_safetensors.ts";
export { tinyFamily } from "./families/tiny_family.ts";
export {
  TINY_FAMILIES,
  type TinyFamily,
  type TinyFamilyOptions,
} from "./families/tiny_family_options.ts";
export { joinTemplate, TEMPLATE_BREAKS, type TemplateBreak } from "./text/break_template.ts";
export { writeTemplate } from "./text/write_template.ts";
export { TOKENIZER_BREAKS, type TokenizerBreak, writeTokenizer } from "./text/write_tokenizer.ts";
export { tinyLlama } from "./tiny_llama.ts";
export { type TinyLlamaOptions, type TinyQuantization } from "./tiny_llama_options.ts";
export {
  CHAT_TEMPLATE,
  type ChatTemplatePlace,
  jsonBytes,
  SPECIAL_TOKEN_IDS,
  tinyTokenizer,
  type TinyTokenizerOptions,
  VOCABULARY_SIZE_MIN,
} from "./tiny_tokenizer.ts";
export {
  type Dtype,
  DTYPE_SIZE_BYTES,
  joinSafetensors,
  type Tensor,
  writeSafetensors,
  type WriteSafetensorsOptions,
} from "./write_safetensors.ts";
