/**
 * A damaged model is to be run.
 *
 * Invariants checked:
 * - It is refused as a corrupt one, and no runner was started: the runtime, which accepts many damages, never saw it.
 * - So it is where the same process has run the model when it was whole.
 */
import fc from "fast-check";
import {
  answerHonestly,
  changeFiles,
  type Damage,
  DAMAGES,
  placeModel,
  SCRIPTED_HELLO,
  ScriptedPrograms,
} from "../../../harness/internal.ts";
import { anyModel, scenario } from "../../../harness/mod.ts";

const repository = "mlx-community/Refused-4bit";

export const refusedModel = scenario({
  name: "load/refused_model",
  pieceBytes: [8192],
  covers: ["LOAD-CHECKED", "ERROR-KIND"],
  given: {
    model: anyModel({ layers: 1 }),
    // Names, as what a case holds is plain data.
    damageName: fc.constantFrom(
      ...DAMAGES.filter(
        ({ cause, mayLoad }) => cause !== "unsupported-architecture" && mayLoad !== true,
      ).map(({ name }) => name),
    ),
    choose: fc.nat(1000),
    wasRun: fc.boolean(),
  },
  goals: ["a damage that MLX accepts was refused", "a model that had been run was refused"],
  async check({ model, damageName, choose, wasRun }, world, verdict) {
    const damage = DAMAGES.find(({ name }) => name === damageName);
    if (damage === undefined || !applies(damage, model)) return;
    const options = { repository, isDownloaded: true };
    const directory = await placeModel(world, model.files, options);
    const programs = new ScriptedPrograms(async (program) => {
      await program.say(SCRIPTED_HELLO);
      for await (const request of program.requests) await answerHonestly(program, request);
    });
    const { generate } = world.start({ programs });
    if (generate === undefined) {
      verdict.skip("LOAD-CHECKED", "it runs no models");
      return;
    }
    const ask = () =>
      generate({ repository, prompt: [5], maxTokens: 1, runner: ["/runners/scripted"] });
    if (wasRun) await verdict.attempt("LOAD-CHECKED", ask);
    const earlier = programs.started;
    world.clock.advance(5000);
    const after = damage.apply(model, choose);
    await changeFiles(world, directory, { before: model.files, after });
    await verdict.fails("LOAD-CHECKED", ask, ["corrupt-model"]);
    verdict.holds(
      "LOAD-CHECKED",
      programs.started === earlier,
      `a runner was started for a model with ${damage.name}`,
    );
    if (wasRun) verdict.reached("a model that had been run was refused");
    if (damage.acceptedByMlx) verdict.reached("a damage that MLX accepts was refused");
  },
});

function applies(damage: Damage, model: Parameters<Damage["apply"]>[0]): boolean {
  return damage.appliesTo?.(model) ?? true;
}
