/**
 * The reference runner's engine: loads a model that shares its parts with llama and continues prompts of token ids, in float32.
 *
 * @module
 */

export { openReferenceModel } from "./open_reference_model.ts";
export { type OpenReferenceModelOptions } from "./reference_model.ts";
export type { GreedyToken, GreedyOptions, ReferenceModel, TokenLogit } from "./reference_model.ts";
