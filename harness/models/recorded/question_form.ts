import type { TinyFamily } from "../families/tiny_family_options.ts";
import type { LlamaFamily } from "../llama_family.ts";
import type { ModelChange } from "./change_model.ts";

/** A form of a family's models that few draws would make, by the name that a report gives it. */
export interface QuestionForm {
  readonly name: string;
  readonly family: LlamaFamily | TinyFamily;
  readonly options: Readonly<Record<string, unknown>>;
  /** What is changed of the model that the options make. */
  readonly change?: ModelChange;
  /** Tokens of the prompt. @default {40} */
  readonly promptLength?: number;
}

/** A form before it has its name and family. */
export type OwnForm = Omit<QuestionForm, "name" | "family" | "options"> & {
  readonly options?: Readonly<Record<string, unknown>>;
};

/** Wide heads, so that a rotation has 16 pairs. */
const WIDE = { hiddenSize: 64, heads: 2, kvHeads: 1, layers: 2, dtype: "F32", tied: false };
/** Numbers that fill no block of 16. */
export const ODD = { hiddenSize: 40, intermediateSize: 72, expertSize: 56, heads: 4, kvHeads: 2 };

/** Forms of one family, of wide heads where they say nothing else. */
export function forms(
  family: QuestionForm["family"],
  all: Readonly<Record<string, OwnForm>>,
): readonly QuestionForm[] {
  return Object.entries(all).map(([name, { options = {}, ...own }]) => ({
    name,
    family,
    ...own,
    options: { ...WIDE, ...options },
  }));
}

/** Factors of a stretched rotation, for heads of 32. */
export const LONG = Array.from({ length: 16 }, (_, at) => 1 + at / 4);
/** The same for short texts. */
export const SHORT = Array.from({ length: 16 }, () => 1);
