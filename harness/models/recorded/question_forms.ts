import { FAMILY_FORMS } from "./family_forms.ts";
import { LLAMA_FORMS } from "./llama_forms.ts";
import { OTHER_FORMS } from "./other_forms.ts";
import type { QuestionForm } from "./question_form.ts";

/** Forms of all families that the reference computes. */
export const QUESTION_FORMS: readonly QuestionForm[] = [
  ...LLAMA_FORMS,
  ...FAMILY_FORMS,
  ...OTHER_FORMS,
];
