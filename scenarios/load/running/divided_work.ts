/**
 * What computes a model is divided among threads, and its weights among memories: models that real MLX was asked before.
 *
 * Invariants checked:
 * - The tokens are those that MLX chose, whatever the division.
 */
import fc from "fast-check";
import {
  formModel,
  placeModel,
  RECORDED_FORMS,
  recordedPrompt,
} from "../../../harness/internal.ts";
import { scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Divided-4bit";

/** Of these each case plays one of each list: with plain layers that have biases, and with what threads must wait for each other in. */
const PLAIN = ["biases of attention", "a packed qwen2"];
const JOINED = [
  "a shared expert of another size",
  "every second layer with experts",
  "a packed olmo2",
  "scores that are bent early",
];

export const dividedWork = scenario({
  name: "load/divided_work",
  pieceBytes: [512, 8192],
  covers: ["LOAD-TOKENS"],
  given: {
    threads: fc.constantFrom(2, 2, 3),
    /** Some more than the largest matrix, so that a model has several memories. */
    segmentBytesMax: fc.constantFrom(200_000, undefined),
    plain: fc.constantFrom(...PLAIN),
    joined: fc.constantFrom(...JOINED),
  },
  goals: ["a model was divided"],
  worlds: ["memory"],
  weight: 0.05,
  async check({ threads, segmentBytesMax, plain, joined }, world, verdict) {
    const { generate } = world.start({ compute: { threads, segmentBytesMax } });
    if (generate === undefined) {
      verdict.skip("LOAD-TOKENS", "it runs no models");
      return;
    }
    const forms = RECORDED_FORMS.filter(({ name }) => name === plain || name === joined);
    for (const [at, form] of forms.entries()) {
      const repository = `${REPOSITORY}-${at}`;
      // oxlint-disable-next-line no-await-in-loop -- one model after the other is held
      await placeModel(world, formModel(form).files, { repository, isDownloaded: false });
      const maxTokens = form.tokens.length;
      const prompt = recordedPrompt(form.promptLength);
      // oxlint-disable-next-line no-await-in-loop -- as before
      const made = await verdict.attempt("LOAD-TOKENS", () =>
        generate({ repository, prompt, maxTokens }),
      );
      const own = made.tokens.map(({ id }) => id).join(", ");
      verdict.holds(
        "LOAD-TOKENS",
        own === form.tokens.join(", "),
        () =>
          `${form.name} of ${form.family}, in ${threads} threads: it answered ${own} where MLX answered ${form.tokens.join(", ")}`,
      );
      verdict.reached("a model was divided");
    }
  },
});
