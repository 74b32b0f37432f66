/**
 * A runner dies, hangs, floods its output or answers nonsense, at the start, at the load, or between two tokens.
 *
 * Invariants checked:
 * - The failure has the code that the runner protocol states for it, within the limits that the request sets.
 * - No process of the runner is left, nor after an answer.
 * - An honest runner's tokens are passed on as they are.
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
import { anyModel, scenario } from "../../../harness/mod.ts";

const repository = "mlx-community/Runner-4bit";
const LIMITS = {
  startMs: 20_000,
  loadMs: 90_000,
  tokenMs: 30_000,
  endMs: 2_000,
  messageBytes: 256 * 1024,
  outputBytes: 3 * 1024 * 1024,
};
/** Longest wait of one call, and the ends of what is then ended. */
const WITHIN_MS = LIMITS.loadMs + 5 * LIMITS.endMs;

export const faultyRunner = scenario({
  name: "load/faulty_runner",
  pieceBytes: [8192],
  covers: ["LOAD-RUNNER", "ERROR-KIND"],
  given: {
    model: anyModel({ layers: 1 }),
    // Names, as what a case holds is plain data.
    faultName: fc.option(fc.constantFrom(...RUNNER_FAULTS.map(({ name }) => name)), {
      freq: 8,
      nil: undefined,
    }),
    maxTokens: fc.integer({ min: 2, max: 5 }),
  },
  goals: ["a runner was out of time", "a runner was honest"],
  async check({ model, faultName, maxTokens }, world, verdict) {
    const fault = RUNNER_FAULTS.find((one) => one.name === faultName);
    await placeModel(world, model.files, { repository, isDownloaded: false });
    const programs = new ScriptedPrograms(
      fault?.script ??
        (async (runner) => {
          await runner.say(SCRIPTED_HELLO);
          for await (const request of runner.requests) await answerHonestly(runner, request);
        }),
    );
    const subject = world.start({ programs });
    const { generate } = subject;
    if (generate === undefined) {
      verdict.skip("LOAD-RUNNER", "it runs no models");
      return;
    }
    const name = fault?.name ?? "is honest";
    const beganMs = world.clock.now();
    const ask = () =>
      generate({
        repository,
        prompt: [5, 6, 7],
        maxTokens,
        runner: ["/runners/scripted"],
        limits: LIMITS,
      });
    if (fault === undefined) {
      const { tokens } = await verdict.attempt("LOAD-RUNNER", ask);
      const ids = tokens.map(({ id }) => id);
      const isRight =
        ids.join() === Array.from({ length: maxTokens }, (_, at) => scriptedToken(at)).join();
      verdict.holds("LOAD-RUNNER", isRight, `it passed on the tokens ${ids.join(", ")}`);
      verdict.reached("a runner was honest");
    } else {
      await verdict.fails("LOAD-RUNNER", ask, [fault.code]);
      if (fault.code === "runner-timeout") verdict.reached("a runner was out of time");
    }
    const tookMs = world.clock.now() - beganMs;
    verdict.holds(
      "LOAD-RUNNER",
      tookMs <= WITHIN_MS,
      `a runner that ${name} was given ${tookMs} ms, where ${WITHIN_MS} ms is the most`,
    );
    verdict.holds(
      "LOAD-RUNNER",
      programs.started === 1,
      `${programs.started} runners were started`,
    );
    verdict.holds("LOAD-RUNNER", programs.alive === 0, `a runner that ${name} was left behind`);
  },
});
