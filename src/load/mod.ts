/**
 * What can be known about a model's directory before a runtime opens it.
 *
 * @module
 */

export { checkDirectory, type CheckDirectoryOptions } from "./check_directory.ts";
export { checkTemplate, type CheckTemplateInput, type TemplateFault } from "./check_template.ts";
export {
  checkTokenizer,
  type CheckTokenizerInput,
  type TokenizerFault,
} from "./check_tokenizer.ts";
export {
  type ExpectedLayer,
  expectedModel,
  type ExpectedModel,
  type ExpectedTensor,
  settingsOf,
  tensorsOf,
} from "./config/expected_tensors.ts";
export { type ByteIdentity, IDENTIFY_SIZE_BYTES, identifyBytes } from "./bytes/identify_bytes.ts";

export { planLoad, type PlanLoadOptions } from "./plan/load_plan.ts";
export type {
  HeaderFault,
  SafetensorsHeader,
  TensorEntry,
} from "./bytes/parse_safetensors_header.ts";
export { type ModelConfig, type ReadConfig, readModelConfig } from "./config/read_model_config.ts";
export type {
  QuantizationConfig,
  QuantizationMode,
  QuantizationSettings,
} from "./config/read_quantization.ts";
export { readSafetensorsHeader, SafetensorsError } from "./bytes/read_safetensors_header.ts";
export { scanData, type ScanDataOptions, type ScannedData } from "./bytes/scan_data.ts";
export { openedPaths, selectWeights, type WeightSelection } from "./plan/select_weights.ts";
export { type SelectWeightsInput, type WeightCandidate } from "./plan/weight_candidate.ts";
