/**
 * A model whose configuration names code of its own is run by somebody who trusts that code, and by somebody who does not, in
 * one process.
 *
 * Invariants checked:
 * - Without trust no runner is started for it, whatever was asked before.
 * - With trust, where that is taken, the runner is told of it: without that it would refuse the model.
 * - A model without code is loaded as one.
 */
import fc from "fast-check";
import type { RunnerRequest } from "../../../spec/runner_messages.ts";
import {
  answerHonestly,
  jsonBytes,
  placeModel,
  SCRIPTED_HELLO,
  ScriptedPrograms,
  tinyLlama,
} from "../../../harness/internal.ts";
import { scenario } from "../../../harness/mod.ts";

const repository = "mlx-community/Code-4bit";
const runner = ["/runners/scripted"];
/** The only one that says that the code of a model is not trusted. */
const REFUSED = "corrupt-model";

export const trustedCode = scenario({
  name: "load/trusted_code",
  pieceBytes: [8192],
  covers: ["LOAD-ASKED", "LOAD-CHECKED", "ERROR-KIND"],
  given: {
    hasCode: fc.constantFrom(true, true, false),
    /** Of each call whether it trusts the code; nothing said is no. */
    calls: fc.array(fc.constantFrom(true, false, undefined), { minLength: 2, maxLength: 3 }),
    prompt: fc.oneof(fc.constant("hello"), fc.array(fc.nat(280), { minLength: 1, maxLength: 3 })),
  },
  goals: ["code was trusted", "code was not trusted"],
  async check({ hasCode, calls, prompt }, world, verdict) {
    const { files, config } = tinyLlama();
    const own = [
      ...files.filter(({ path }) => path !== "config.json"),
      { path: "config.json", bytes: jsonBytes({ ...config, model_file: "own.py" }), lfs: false },
      { path: "own.py", bytes: Buffer.from("pass\n"), lfs: false },
    ];
    await placeModel(world, hasCode ? own : files, { repository, isDownloaded: false });
    const requests: RunnerRequest[] = [];
    const programs = new ScriptedPrograms(async (program) => {
      await program.say(SCRIPTED_HELLO);
      for await (const request of program.requests) {
        requests.push(request);
        await answerHonestly(program, request);
      }
    });
    const { generate } = world.start({ programs });
    if (generate === undefined) {
      for (const id of ["LOAD-ASKED", "LOAD-CHECKED"] as const)
        verdict.skip(id, "it runs no models");
      return;
    }
    for (const trust of calls) {
      const trustModelCode = trust === undefined ? {} : { trustModelCode: trust };
      const ask = () => generate({ repository, prompt, maxTokens: 2, runner, ...trustModelCode });
      const earlier = programs.started;
      requests.length = 0;
      if (hasCode && trust !== true) {
        await verdict.fails("LOAD-CHECKED", ask, [REFUSED]);
        const isStarted = programs.started > earlier;
        verdict.holds("LOAD-CHECKED", !isStarted, "a runner was started for code without trust");
        verdict.reached("code was not trusted");
        continue;
      }
      if (hasCode) verdict.reached("code was trusted");
      await verdict.attempt("LOAD-ASKED", async () => {
        try {
          await ask();
        } catch (error) {
          // Who trusts no code at all starts no runner for it.
          if (!hasCode || programs.started > earlier) throw error;
        }
      });
      const load = requests.find(({ op }) => op === "load");
      if (hasCode && load === undefined) continue;
      const isTold = load !== undefined && "trustModelCode" in load && load.trustModelCode === true;
      const isRight = hasCode ? isTold : load !== undefined && (trust === true || !isTold);
      verdict.holds("LOAD-ASKED", isRight, () => `with trust ${trust} it asked: ${shown(load)}`);
    }
  },
});

function shown(load: RunnerRequest | undefined): string {
  return load === undefined ? "nothing" : JSON.stringify(load);
}
