/**
 * A model is downloaded, found, checked, loaded and continues a prompt, and the harness computes the same by itself.
 *
 * Invariants checked:
 * - The tokens are the harness's own, up to the first whose margin is of rounding size.
 * - With each token come as many of the highest logits as are asked for, the token's own first.
 * - Where the end of the text is asked for, they end with the first token that the configuration calls one, of several too.
 * - Of the two names under which a way to stretch positions is written the older one counts, as in mlx-lm.
 * - What was loaded is the directory that `download` and `locate` name.
 */
import fc from "fast-check";
import type { Generation } from "../../../spec/mod.ts";
import {
  greedyTokens,
  HARMLESS,
  changeFiles,
  jsonBytes,
  placeModel,
} from "../../../harness/internal.ts";
import { anyModel, scenario, type TinyModel, type Verdict } from "../../../harness/mod.ts";

const IDS = ["LOAD-TOKENS", "LOAD-ASKED"] as const;
/** Logits closer than this may change places by rounding to float32 alone. */
const MARGIN_MIN = 0.001;
/** By the older name nothing is stretched. */
const BOTH_NAMES = { type: "default", rope_type: "linear", factor: 16 };

export const sameTokens = scenario({
  name: "load/same_tokens",
  pieceBytes: [8192],
  covers: IDS,
  given: {
    model: anyModel(),
    repository: fc.constantFrom("mlx-community/Tokens-4bit", "org.x/a-b", "o/a.b_c"),
    prompt: fc.array(fc.integer({ min: 0, max: 258 }), { minLength: 1, maxLength: 8 }),
    maxTokens: fc.integer({ min: 1, max: 6 }),
    harmless: fc.option(fc.nat(HARMLESS.length - 1), { nil: undefined }),
    isDownloaded: fc.boolean(),
    /** Whether positions are stretched by the newer name alone, which does not count where the older one is there. */
    hasBothNames: fc.boolean(),
    topLogits: fc.constantFrom(undefined, undefined, 1, 3),
    /** Which ends of a text the configuration names, if that is asked for: the token at such a place, alone or behind others. */
    end: fc.option(fc.record({ at: fc.nat(5), before: fc.subarray([258, 257]) }), {
      nil: undefined,
    }),
  },
  goals: [
    "tokens were compared",
    "tokens of a downloaded model were compared",
    "a text ended with the second of two",
    "a way to stretch positions had two names",
    "logits were asked for",
  ],
  weight: 0.4,
  async check(given, world, verdict) {
    const { repository, prompt, maxTokens, harmless, isDownloaded, hasBothNames, end } = given;
    const { topLogits } = given;
    const steps = greedyTokens(given.model, prompt, maxTokens);
    const ends = end && [...end.before, steps[end.at % steps.length]?.id ?? 0];
    const plain = ends === undefined ? given.model : withEnds(given.model, ends);
    const model = hasBothNames ? withConfig(plain, { rope_scaling: BOTH_NAMES }) : plain;
    const name = isDownloaded ? "mlx-community/Tokens-4bit" : repository;
    const directory = await placeModel(world, model.files, { repository: name, isDownloaded });
    if (harmless !== undefined && !isDownloaded) {
      const after = HARMLESS[harmless]?.apply(model) ?? model.files;
      await changeFiles(world, directory, { before: model.files, after });
    }
    const subject = world.start();
    const { generate } = subject;
    if (generate === undefined) {
      for (const id of IDS) verdict.skip(id, "it runs no models");
      return;
    }
    const made = await verdict.attempt("LOAD-TOKENS", () =>
      generate({
        repository: name,
        prompt,
        maxTokens,
        ...(ends && { stopAtEnd: true }),
        ...(topLogits !== undefined && { topLogits }),
      }),
    );
    const unsure = steps.findIndex(({ margin }) => margin < MARGIN_MIN);
    const sure = unsure === -1 ? steps.length : unsure;
    const all = steps.map(({ id }) => id);
    const last = all.findIndex((id) => ends?.includes(id) === true);
    const own = last === -1 ? all : all.slice(0, last + 1);
    const theirs = made.tokens.map(({ id }) => id);
    const isLengthKnown = last === -1 || unsure === -1 || last < unsure;
    verdict.holds(
      "LOAD-TOKENS",
      own.slice(0, sure).join() === theirs.slice(0, sure).join() &&
        (!isLengthKnown || theirs.length === own.length),
      () => `${model.label}: it answered ${theirs.join(", ")} where ${own.join(", ")} is right`,
    );
    if (topLogits !== undefined) judgeLogits(made.tokens.slice(0, sure), topLogits, verdict);
    const located = await subject.locate({ repository: name });
    verdict.holds(
      "LOAD-TOKENS",
      made.directory === located && located === directory,
      `it loaded ${made.directory}, and the model is in ${located ?? "no place"}`,
    );
    if (last !== -1 && sure > last && ends?.indexOf(all[last] ?? 0) !== 0)
      verdict.reached("a text ended with the second of two");
    if (sure > 0) verdict.reached("tokens were compared");
    if (sure > 0 && hasBothNames) verdict.reached("a way to stretch positions had two names");
    if (sure > 0 && isDownloaded) verdict.reached("tokens of a downloaded model were compared");
  },
});

/** As many logits as were asked for, the highest first, and its own is that of the token. */
function judgeLogits(tokens: Generation["tokens"], count: number, verdict: Verdict): void {
  if (tokens.length > 0) verdict.reached("logits were asked for");
  for (const [at, { id, topLogits = [] }] of tokens.entries()) {
    const isOrdered = topLogits.every(
      ({ logit }, place) => place === 0 || logit <= (topLogits[place - 1]?.logit ?? NaN),
    );
    verdict.holds(
      "LOAD-ASKED",
      topLogits.length === count && topLogits[0]?.id === id && isOrdered,
      () =>
        `of ${count} logits with token ${at}, which is ${id}, came ${JSON.stringify(topLogits)}`,
    );
  }
}

/** The same model, which calls these tokens ends of a text wherever a runtime looks for them. */
function withEnds(model: TinyModel, ends: readonly number[]): TinyModel {
  const eos_token_id = ends.length === 1 ? ends[0] : ends;
  const { files, ...rest } = withConfig(model, { eos_token_id });
  const path = "generation_config.json";
  const generation = { path, bytes: jsonBytes({ eos_token_id }), lfs: false };
  return { ...rest, files: [...files.filter((file) => file.path !== path), generation] };
}

/** The same model with further fields in its configuration. */
function withConfig(model: TinyModel, fields: Readonly<Record<string, unknown>>): TinyModel {
  const config = { ...model.config, ...fields };
  const files = model.files.map((file) =>
    file.path === "config.json" ? { ...file, bytes: jsonBytes(config) } : file,
  );
  return { ...model, config, files };
}
