/**
 * What each family of models reads from its configuration, as mlx-lm's module for it does.
 *
 * @module
 */

import type { ModelShape } from "../model_shape.ts";
import type { ConfigFields } from "./config_fields.ts";
import { gemma2Shape, gemma3Shape, gemma3TextShape } from "./gemma.ts";
import { graniteShape } from "./granite.ts";
import { llamaShape, olmo2Shape, smollm3Shape } from "./llama.ts";
import { mixtralShape, qwen2MoeShape, qwen3MoeShape } from "./mixture.ts";
import { phi3Shape } from "./phi3.ts";
import { qwen2Shape, qwen3Shape } from "./qwen.ts";

/** Reads a configuration whose `model_type` is the family's. */
export type ReadFamily = (fields: ConfigFields) => ModelShape;

/** The families that are computed, by `model_type`. */
export const FAMILIES: ReadonlyMap<string, ReadFamily> = new Map([
  ["gemma2", gemma2Shape],
  ["gemma3", gemma3Shape],
  ["gemma3_text", gemma3TextShape],
  ["granite", graniteShape],
  ["llama", llamaShape],
  ["mistral", llamaShape],
  ["mixtral", mixtralShape],
  ["olmo2", olmo2Shape],
  ["phi3", phi3Shape],
  ["qwen2", qwen2Shape],
  ["qwen2_moe", qwen2MoeShape],
  ["qwen3", qwen3Shape],
  ["qwen3_moe", qwen3MoeShape],
  ["smollm3", smollm3Shape],
]);
