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
} from "./expected_tensors.ts";
export { type ByteIdentity, IDENTIFY_SIZE_BYTES, identifyBytes } from "./identify_bytes.ts";
export {
  type DirectoryRequest,
  InferenceManager,
  type InferenceManagerOptions,
} from "./inference_manager.ts";
export { planLoad, type PlanLoadOptions } from "./load_plan.ts";
export type { HeaderFault, SafetensorsHeader, TensorEntry } from "./parse_safetensors_header.ts";
export { type ModelConfig, type ReadConfig, readModelConfig } from "./read_model_config.ts";
export type {
  QuantizationConfig,
  QuantizationMode,
  QuantizationSettings,
} from "./read_quantization.ts";
export { readSafetensorsHeader, SafetensorsError } from "./read_safetensors_header.ts";
export { scanData, type ScanDataOptions, type ScannedData } from "./scan_data.ts";
export {
  openedPaths,
  selectWeights,
  type SelectWeightsInput,
  type WeightCandidate,
  type WeightSelection,
} from "./select_weights.ts";
