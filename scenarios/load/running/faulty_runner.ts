/**
 * A runner dies, hangs, floods its output or answers nonsense, at the start, at the load, or between two tokens.
 *
 * Invariants checked:
 * - The failure has the code that the runner protocol states for it, within the limit that the request sets for that moment.
 * - No process of the runner is left, nor after an answer.
 * - An honest runner's tokens are passed on as they are, also where it takes nearly as long as it may for each of them.
 */
import fc from "fast-check";
import {
  answerHonestly,
  placeModel,
  RUNNER_FAULTS,
  SCRIPTED_HELLO,
  ScriptedPrograms,
  scriptedToken,
} from "../../../harness/internal.ts";
import { anyModel, scenario, type Verdict, type World } from "../../../harness/mod.ts";

const repository = "mlx-community/Runner-4bit";
const LIMITS = {
  startMs: 20_000,
  loadMs: 90_000,
  tokenMs: 30_000,
  endMs: 2_000,
  messageBytes: 256 * 1024,
  outputBytes: 3 * 1024 * 1024,
};
/** One case plays so many runners, as there are more faults than a scenario has cases. */
const [PLAYS_MIN, PLAYS_MAX] = [3, 5];
/** More than a pipe takes. */
const LONG_PROMPT = Array.from({ length: 40_000 }, (_, at) => 5 + (at % 3));
/** Nearly as long as a load, or a token, may take. */
const SLOW_MS = { load: LIMITS.loadMs - 5_000, token: LIMITS.tokenMs - 5_000 };

export const faultyRunner = scenario({
  name: "load/faulty_runner",
  pieceBytes: [8192],
  covers: ["LOAD-RUNNER", "ERROR-KIND"],
  given: {
    model: anyModel({ layers: 1 }),
    // Names, as what a case holds is plain data; "" is an honest runner.
    plays: fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...RUNNER_FAULTS.map(({ name }) => name)) },
        fc.constant(""),
      ),
      { minLength: PLAYS_MIN, maxLength: PLAYS_MAX },
    ),
    maxTokens: fc.integer({ min: 2, max: 5 }),
    /** Whether the one that is honest is slow. */
    isSlow: fc.boolean(),
  },
  goals: ["a runner was out of time", "a runner was honest", "an honest runner was slow"],
  async check({ model, plays, maxTokens, isSlow }, world, verdict) {
    await placeModel(world, model.files, { repository, isDownloaded: false });
    for (const faultName of plays)
      // oxlint-disable-next-line no-await-in-loop -- one runner after the other
      await play({ faultName, maxTokens, isSlow }, world, verdict);
  },
});

// Helpers

async function play(
  given: { readonly faultName: string; readonly maxTokens: number; readonly isSlow: boolean },
  world: World,
  verdict: Verdict,
): Promise<void> {
  const { faultName, maxTokens, isSlow } = given;
  const fault = RUNNER_FAULTS.find((one) => one.name === faultName);
  const programs = new ScriptedPrograms(
    fault?.script ??
      (async (runner) => {
        await runner.say(SCRIPTED_HELLO);
        const say: typeof runner.say = async (event) => {
          if (isSlow && event.event === "loaded") await world.clock.sleep(SLOW_MS.load);
          if (isSlow && event.event === "token") await world.clock.sleep(SLOW_MS.token);
          await runner.say(event);
        };
        for await (const request of runner.requests) await answerHonestly({ say }, request);
      }),
  );
  const { generate } = world.start({ programs });
  if (generate === undefined) {
    verdict.skip("LOAD-RUNNER", "it runs no models");
    return;
  }
  const name = fault?.name ?? "is honest";
  const beganMs = world.clock.now();
  const prompt = name.startsWith("reads no") ? LONG_PROMPT : [5, 6, 7];
  const request = { repository, prompt, maxTokens, runner: ["/runners/scripted"], limits: LIMITS };
  if (fault === undefined) {
    const { tokens } = await verdict.attempt("LOAD-RUNNER", () => generate(request));
    const ids = tokens.map(({ id }) => id);
    const isRight =
      ids.join() === Array.from({ length: maxTokens }, (_, at) => scriptedToken(at)).join();
    verdict.holds("LOAD-RUNNER", isRight, `it passed on the tokens ${ids.join(", ")}`);
    verdict.reached("a runner was honest");
    if (isSlow) verdict.reached("an honest runner was slow");
  } else {
    await verdict.fails("LOAD-RUNNER", () => generate(request), [fault.code]);
    if (fault.code === "runner-timeout") verdict.reached("a runner was out of time");
  }
  const tookMs = world.clock.now() - beganMs;
  const mostMs = fault === undefined ? Infinity : limitOf(name) + 5 * LIMITS.endMs;
  const words = `a runner that ${name} was given ${tookMs} ms, where ${mostMs} ms is the most`;
  verdict.holds("LOAD-RUNNER", tookMs <= mostMs, words);
  verdict.holds("LOAD-RUNNER", programs.started === 1, `${programs.started} runners were started`);
  verdict.holds("LOAD-RUNNER", programs.alive === 0, `a runner that ${name} was left behind`);
}

/** How long a runner may be silent at the moment at which this goes wrong. */
function limitOf(name: string): number {
  if (name.endsWith("at load")) return LIMITS.loadMs;
  return name.endsWith("at the start") ? LIMITS.startMs : LIMITS.tokenMs;
}
