import { tinyFamily } from "../families/tiny_family.ts";
import {
  TINY_FAMILIES,
  type TinyFamily,
  type TinyFamilyOptions,
} from "../families/tiny_family_options.ts";
import type { TinyModel } from "../model_file.ts";
import { tinyLlama } from "../tiny_llama.ts";
import type { TinyLlamaOptions } from "../tiny_llama_options.ts";
import { changeModel } from "./change_model.ts";
import type { DrawnQuestion } from "./draw_recorded.ts";
import type { QuestionForm } from "./question_form.ts";
import recorded from "./recorded_answers.json" with { type: "json" };
import recordedForms from "./recorded_forms.json" with { type: "json" };

/** What real MLX answered to a question. */
export interface RecordedAnswer extends DrawnQuestion {
  /** The tokens that it chose greedily. */
  readonly tokens: readonly number[];
}

/**
 * What real MLX answered in float32, drawn by `record_answers.ts`: models of every family that the reference computes.
 *
 * At each token the highest logit is at least 0.02 above the second, so that rounding decides nothing.
 */
export const RECORDED_ANSWERS = recorded.answers as readonly RecordedAnswer[];

/** What real MLX answered to a form of a family's models. */
export interface RecordedForm extends QuestionForm {
  readonly promptLength: number;
  /** The tokens that it chose greedily. */
  readonly tokens: readonly number[];
}

/** What real MLX answered in float32 to `question_forms.ts`, by `record_forms.ts`; as sure as {@linkcode RECORDED_ANSWERS}. */
export const RECORDED_FORMS = recordedForms.forms as readonly RecordedForm[];

/** The model of a form. */
export function formModel({ family, options, change = {} }: QuestionForm): TinyModel {
  const { quantization } = options;
  // JSON has no way to say that a model is in full precision.
  const isPlain = quantization === undefined;
  const model = recordedModel({ family, options, isPlain, promptLength: 0 });
  return changeModel(model, change);
}

/** The model of a question. */
export function recordedModel({ family, options, isPlain }: DrawnQuestion): TinyModel {
  const own = isPlain ? { ...options, quantization: undefined } : options;
  return isOther(family)
    ? tinyFamily(family, own as Partial<TinyFamilyOptions>)
    : tinyLlama({ ...(own as Partial<TinyLlamaOptions>), family });
}

/** The tokens of a prompt of some length; they never repeat in a row. */
export function recordedPrompt(length: number): number[] {
  return Array.from({ length }, (_, index) => (index * 37 + 11) % 259);
}

function isOther(family: string): family is TinyFamily {
  return TINY_FAMILIES.some((one) => one === family);
}
