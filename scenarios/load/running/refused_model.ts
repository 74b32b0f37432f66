/**
 * A damaged model is to be run.
 *
 * Invariants checked:
 * - It is refused as a corrupt one, and no runner was started: the runtime, which accepts many damages, never saw it.
 */
import fc from "fast-check";
import {
  changeFiles,
  type Damage,
  DAMAGES,
  placeModel,
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
  },
  goals: ["a damage that MLX accepts was refused"],
  async check({ model, damageName, choose }, world, verdict) {
    const damage = DAMAGES.find(({ name }) => name === damageName);
    if (damage === undefined || !applies(damage, model)) return;
    const options = { repository, isDownloaded: true };
    const directory = await placeModel(world, model.files, options);
    world.clock.advance(5000);
    const after = damage.apply(model, choose);
    await changeFiles(world, directory, { before: model.files, after });
    const programs = new ScriptedPrograms((runner) => runner.hang());
    const { generate } = world.start({ programs });
    if (generate === undefined) {
      verdict.skip("LOAD-CHECKED", "it runs no models");
      return;
    }
    await verdict.fails(
      "LOAD-CHECKED",
      () => generate({ repository, prompt: [5], maxTokens: 1, runner: ["/runners/scripted"] }),
      ["corrupt-model"],
    );
    verdict.holds(
      "LOAD-CHECKED",
      programs.started === 0,
      `a runner was started for a model with ${damage.name}`,
    );
    if (damage.acceptedByMlx) verdict.reached("a damage that MLX accepts was refused");
  },
});

function applies(damage: Damage, model: Parameters<Damage["apply"]>[0]): boolean {
  return damage.appliesTo?.(model) ?? true;
}
