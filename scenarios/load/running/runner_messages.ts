/**
 * A runner says what the runner protocol does not have, at the start, at the load, and in place of an answer: each field of each
 * message wrong once, an end that is not the sum of its tokens, more tokens than were asked for.
 *
 * One case plays all of them.
 *
 * Invariants checked:
 * - The call ends as a failure of the protocol, and nothing of what the runner said is passed on as an answer.
 * - No process of the runner is left.
 */
import fc from "fast-check";
import {
  MESSAGE_FAULTS,
  placeModel,
  ScriptedPrograms,
  tinyLlama,
} from "../../../harness/internal.ts";
import { scenario } from "../../../harness/mod.ts";

const repository = "mlx-community/Messages-4bit";
const LIMITS = { startMs: 20_000, loadMs: 90_000, tokenMs: 30_000, endMs: 2_000 };

export const runnerMessages = scenario({
  name: "load/runner_messages",
  pieceBytes: [8192],
  covers: ["LOAD-RUNNER", "ERROR-KIND"],
  given: { maxTokens: fc.integer({ min: 1, max: 5 }) },
  goals: ["all messages were said"],
  weight: 0.05,
  async check({ maxTokens }, world, verdict) {
    await placeModel(world, tinyLlama().files, { repository, isDownloaded: false });
    for (const { name, code, script } of MESSAGE_FAULTS) {
      const programs = new ScriptedPrograms(script);
      const { generate } = world.start({ programs });
      if (generate === undefined) {
        verdict.skip("LOAD-RUNNER", "it runs no models");
        return;
      }
      const runner = ["/runners/scripted"];
      const prompt = [5, 6, 7];
      // oxlint-disable-next-line no-await-in-loop -- one runner after the other
      await verdict.fails(
        "LOAD-RUNNER",
        () => generate({ repository, prompt, maxTokens, runner, limits: LIMITS }),
        [code],
      );
      verdict.holds("LOAD-RUNNER", programs.alive === 0, `a runner that ${name} was left behind`);
    }
    verdict.reached("all messages were said");
  },
});
