/**
 * A model of any family is asked what real MLX was asked before: with rotations of every kind, windows, experts, all packings, and
 * prompts of up to 300 tokens.
 *
 * Invariants checked:
 * - The tokens are those that MLX chose.
 */
import fc from "fast-check";
import {
  placeModel,
  RECORDED_ANSWERS,
  recordedModel,
  recordedPrompt,
} from "../../../harness/internal.ts";
import { scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Recorded-4bit";

export const recordedTokens = scenario({
  name: "load/recorded_tokens",
  pieceBytes: [8192],
  covers: ["LOAD-TOKENS"],
  given: {
    answers: fc.uniqueArray(fc.nat(RECORDED_ANSWERS.length - 1), { minLength: 2, maxLength: 3 }),
    /** Fewer tokens than were recorded are asked for too. */
    fewer: fc.constantFrom(0, 0, 5),
  },
  goals: ["a prompt of more than a block"],
  weight: 0.4,
  async check({ answers, fewer }, world, verdict) {
    const { generate } = world.start();
    if (generate === undefined) {
      verdict.skip("LOAD-TOKENS", "it runs no models");
      return;
    }
    for (const [at, answer] of answers.entries()) {
      const recorded = RECORDED_ANSWERS[answer];
      if (recorded === undefined) continue;
      const { family, promptLength, tokens } = recorded;
      const repository = `${REPOSITORY}-${at}`;
      // oxlint-disable-next-line no-await-in-loop -- one model after the other is held
      await placeModel(world, recordedModel(recorded).files, { repository, isDownloaded: false });
      const prompt = recordedPrompt(promptLength);
      const maxTokens = tokens.length - fewer;
      // oxlint-disable-next-line no-await-in-loop -- as before
      const made = await verdict.attempt("LOAD-TOKENS", () =>
        generate({ repository, prompt, maxTokens }),
      );
      const [own, right] = [made.tokens.map(({ id }) => id), tokens.slice(0, maxTokens)];
      verdict.holds(
        "LOAD-TOKENS",
        own.join() === right.join(),
        () =>
          `${family} after ${promptLength} tokens: it answered ${own.join(", ")} where MLX answered ${right.join(", ")}`,
      );
      if (promptLength > 64) verdict.reached("a prompt of more than a block");
    }
  },
});
