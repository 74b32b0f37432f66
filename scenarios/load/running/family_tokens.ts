/**
 * A model of each form that a family's configurations and weights have, which real MLX was asked before: settings that are left
 * out, rotations of every kind, biases, windows, experts apart and shared, packings and floats at their edges.
 *
 * One scenario for each family; a case plays all forms of it.
 *
 * Invariants checked:
 * - The tokens are those that MLX chose.
 */
import fc from "fast-check";
import {
  formModel,
  placeModel,
  RECORDED_FORMS,
  type RecordedForm,
  recordedPrompt,
} from "../../../harness/internal.ts";
import { type Scenario, scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Forms-4bit";

/** Two cases in thirty are enough: each plays them all. */
const WEIGHT = 0.05;

const FAMILIES = [
  { name: "load/tokens_of_llama", family: "llama" },
  { name: "load/tokens_of_mistral", family: "mistral" },
  { name: "load/tokens_of_qwen2", family: "qwen2" },
  { name: "load/tokens_of_qwen3", family: "qwen3" },
  { name: "load/tokens_of_phi3", family: "phi3" },
  { name: "load/tokens_of_smollm3", family: "smollm3" },
  { name: "load/tokens_of_olmo2", family: "olmo2" },
  { name: "load/tokens_of_granite", family: "granite" },
  { name: "load/tokens_of_gemma2", family: "gemma2" },
  { name: "load/tokens_of_gemma3_text", family: "gemma3_text" },
  { name: "load/tokens_of_gemma3", family: "gemma3" },
  { name: "load/tokens_of_mixtral", family: "mixtral" },
  { name: "load/tokens_of_qwen2_moe", family: "qwen2_moe" },
  { name: "load/tokens_of_qwen3_moe", family: "qwen3_moe" },
] as const;

/** One scenario for each family. */
export const familyTokens: readonly Scenario[] = FAMILIES.map(({ name, family }) =>
  scenario({
    name,
    pieceBytes: [512, 8192],
    covers: ["LOAD-TOKENS"],
    given: {
      /** Fewer tokens than were recorded are asked for too. */
      fewer: fc.constantFrom(0, 3),
    },
    goals: ["all forms were played"],
    weight: WEIGHT,
    async check({ fewer }, world, verdict) {
      const subject = world.start();
      const { generate } = subject;
      if (generate === undefined) {
        verdict.skip("LOAD-TOKENS", "it runs no models");
        return;
      }
      for (const [at, form] of formsOf(family).entries()) {
        const repository = `${REPOSITORY}-${at}`;
        // oxlint-disable-next-line no-await-in-loop -- one model after the other is held
        await placeModel(world, formModel(form).files, { repository, isDownloaded: false });
        const maxTokens = form.tokens.length - fewer;
        const prompt = recordedPrompt(form.promptLength);
        // oxlint-disable-next-line no-await-in-loop -- as before
        const made = await verdict.attempt("LOAD-TOKENS", () =>
          generate({ repository, prompt, maxTokens }),
        );
        const [own, right] = [made.tokens.map(({ id }) => id), form.tokens.slice(0, maxTokens)];
        verdict.holds(
          "LOAD-TOKENS",
          own.join() === right.join(),
          () =>
            `${form.name} of ${family}, after ${prompt.length} tokens: it answered ${own.join(", ")} where MLX answered ${right.join(", ")}`,
        );
      }
      verdict.reached("all forms were played");
    },
  }),
);

function formsOf(family: string): readonly RecordedForm[] {
  return RECORDED_FORMS.filter((form) => form.family === family);
}
