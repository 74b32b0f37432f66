/**
 * A model is downloaded, found, checked, loaded and continues a prompt, and the harness computes the same by itself.
 *
 * Invariants checked:
 * - The tokens are the harness's own, up to the first whose margin is of rounding size.
 * - What was loaded is the directory that `download` and `locate` name.
 */
import fc from "fast-check";
import { greedyTokens, HARMLESS, changeFiles, placeModel } from "../../../harness/internal.ts";
import { anyModel, scenario } from "../../../harness/mod.ts";

/** Logits closer than this may change places by rounding to float32 alone. */
const MARGIN_MIN = 0.001;

export const sameTokens = scenario({
  name: "load/same_tokens",
  pieceBytes: [8192],
  covers: ["LOAD-TOKENS"],
  given: {
    model: anyModel(),
    repository: fc.constantFrom("mlx-community/Tokens-4bit", "org.x/a-b", "o/a.b_c"),
    prompt: fc.array(fc.integer({ min: 0, max: 258 }), { minLength: 1, maxLength: 8 }),
    maxTokens: fc.integer({ min: 1, max: 6 }),
    harmless: fc.option(fc.nat(HARMLESS.length - 1), { nil: undefined }),
    isDownloaded: fc.boolean(),
  },
  goals: ["tokens were compared", "tokens of a downloaded model were compared"],
  weight: 0.4,
  async check({ model, repository, prompt, maxTokens, harmless, isDownloaded }, world, verdict) {
    const name = isDownloaded ? "mlx-community/Tokens-4bit" : repository;
    const directory = await placeModel(world, model.files, { repository: name, isDownloaded });
    if (harmless !== undefined && !isDownloaded) {
      const after = HARMLESS[harmless]?.apply(model) ?? model.files;
      await changeFiles(world, directory, { before: model.files, after });
    }
    const subject = world.start();
    const { generate } = subject;
    if (generate === undefined) {
      verdict.skip("LOAD-TOKENS", "it runs no models");
      return;
    }
    const made = await verdict.attempt("LOAD-TOKENS", () =>
      generate({ repository: name, prompt, maxTokens }),
    );
    const steps = greedyTokens(model, prompt, maxTokens);
    const unsure = steps.findIndex(({ margin }) => margin < MARGIN_MIN);
    const sure = unsure === -1 ? steps.length : unsure;
    const [own, theirs] = [steps.map(({ id }) => id), made.tokens.map(({ id }) => id)];
    verdict.holds(
      "LOAD-TOKENS",
      own.slice(0, sure).join() === theirs.slice(0, sure).join() && theirs.length === maxTokens,
      () => `${model.label}: it answered ${theirs.join(", ")} where ${own.join(", ")} is right`,
    );
    const located = await subject.locate({ repository: name });
    verdict.holds(
      "LOAD-TOKENS",
      made.directory === located && located === directory,
      `it loaded ${made.directory}, and the model is in ${located ?? "no place"}`,
    );
    if (sure > 0) verdict.reached("tokens were compared");
    if (sure > 0 && isDownloaded) verdict.reached("tokens of a downloaded model were compared");
  },
});
