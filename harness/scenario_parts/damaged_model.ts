import fc from "fast-check";
import type { CheckReport, RequirementId } from "../../spec/mod.ts";
import { anyFamilyModel, anyModel } from "../arbitraries/mod.ts";
import { HarnessError } from "../errors.ts";
import {
  type Damage,
  DAMAGES,
  type ModelFile,
  splitSafetensors,
  type TinyModel,
} from "../models/mod.ts";
import type { Verdict } from "../scenario/verdict.ts";
import type { StartOptions, World } from "../worlds/world.ts";
import { changedPaths, changeFiles, placeModel } from "./planted_models.ts";
import { missingFinding, requirementOfDamage, rightCauses } from "./refusals.ts";

/** A model and what is done to it. */
export interface DamagedModel {
  readonly model: TinyModel;
  /** Names of damages, of which each is done to the sound model: what a case holds is plain data. */
  readonly damages: readonly string[];
  /** Decides which of several places is hit. */
  readonly choose: number;
  /** Whether the model was downloaded first, so that its hashes are recorded. */
  readonly isDownloaded: boolean;
  /** Time between download and damage, in milliseconds; 0 leaves modification times as they were. */
  readonly waitMs: number;
}

/** Requirements whose findings are about a model as a whole, in whatever file they show. */
const WITHOUT_PATH: ReadonlySet<RequirementId> = new Set(["LOAD-SHAPES", "LOAD-TENSORS"]);

/** Of these many have such packings. */
const FLOATS = { shards: 1 } as const;

/** So many damages of one model are tried in a case: most of the time is spent on what they have in common. */
const DAMAGES_MAX = 5;

/** Draws a model and damages that belong to a requirement. */
export function anyDamagedModel(id: RequirementId): fc.Arbitrary<DamagedModel> {
  const damages = DAMAGES.filter((damage) => requirementOfDamage(damage) === id);
  return fc
    .record({
      damages: fc.uniqueArray(fc.constantFrom(...damages.map(({ name }) => name)), {
        minLength: Math.min(DAMAGES_MAX, damages.length),
        maxLength: DAMAGES_MAX,
      }),
      // Two shards where there is a choice: some damages need them.
      model: fc.oneof(
        anyModel(),
        anyModel({ shards: 2 }),
        anyFamilyModel(),
        // Packings in floats have fewer tensors, so that others are surplus.
        ...(id === "LOAD-TENSORS" ? [anyFamilyModel(FLOATS, { hasFloatPackings: true })] : []),
      ),
      choose: fc.nat(1000),
      isDownloaded: fc.boolean(),
      waitMs: fc.constantFrom(0, 5000),
    })
    .map(({ damages: names, ...drawn }) => ({
      ...drawn,
      damages: names.filter((name) => damageNamed(name).appliesTo?.(drawn.model) ?? true),
    }))
    .filter(({ damages: names }) => names.length > 0)
    .map((drawn) => {
      const label = `${drawn.damages.join(", ")} #${drawn.choose}, ${drawn.model.label}, ${
        drawn.isDownloaded ? "downloaded" : "by hand"
      }`;
      return Object.defineProperty({ ...drawn }, fc.toStringMethod, { value: () => label });
    });
}

/** Damages a model in its place in one way after the other, lets the subject check each, and judges the refusals. */
export async function judgeDamage(
  world: World,
  verdict: Verdict,
  options: {
    readonly id: RequirementId;
    readonly damaged: DamagedModel;
    /** How the checking process is started. */
    readonly start?: StartOptions;
  },
): Promise<void> {
  const { id, start } = options;
  const { model, damages, choose, isDownloaded, waitMs } = options.damaged;
  // A place of its own: a case may judge several requirements.
  const repository = `mlx-community/${id}`;
  const directory = await placeModel(world, model.files, { repository, isDownloaded });
  world.clock.advance(waitMs);
  let before = model.files;
  for (const damage of damages.map(damageNamed)) {
    const after = damage.apply(model, choose);
    await changeFiles(world, directory, { before, after });
    before = after;
    const report = await verdict.attempt(id, () => world.start(start).check({ repository }));
    const lack = unsaid(report, { id, damage, model, after });
    verdict.holds(id, lack === undefined, `${damage.name}: ${lack}`);
  }
}

/** Why a report does not say what is wrong; undefined when it does. */
function unsaid(
  report: CheckReport,
  damaged: {
    readonly id: RequirementId;
    readonly damage: Damage;
    readonly model: TinyModel;
    readonly after: readonly ModelFile[];
  },
): string | undefined {
  const { id, damage, model, after } = damaged;
  const causes = rightCauses(damage);
  if (damage.cause === "unsupported-architecture" || damage.mayLoad === true) {
    // Such a model may be sound, or load with some runtimes: it is enough to say what it is.
    const isSaid = report.findings.some(({ cause }) => causes.includes(cause));
    return isSaid ? undefined : `${damage.cause} is not said`;
  }
  const changed = changedPaths(model.files, after);
  const isPathless = WITHOUT_PATH.has(id) || damage.cause === "missing-weights";
  const tensors = WITHOUT_PATH.has(id) ? changedTensors(model.files, after) : [];
  return missingFinding(report, {
    causes,
    paths: isPathless ? undefined : changed,
    mentions: tensors.length > 0 ? tensors : undefined,
  });
}

function damageNamed(name: string): Damage {
  const damage = DAMAGES.find((one) => one.name === name);
  if (damage === undefined)
    throw new HarnessError(`Cannot damage a model by "${name}": there is no such damage`);
  return damage;
}

/** Names of tensors that are not the same in two sets of files, where every weight file can be read. */
function changedTensors(before: readonly ModelFile[], after: readonly ModelFile[]): string[] {
  const [old, now] = [tensorFacts(before), tensorFacts(after)];
  const keys = [...old.keys(), ...now.keys()].filter((key) => old.get(key) !== now.get(key));
  return [...new Set(keys.map((key) => key.slice(key.indexOf(":") + 1)))];
}

function tensorFacts(files: readonly ModelFile[]): Map<string, string> {
  return new Map(
    files
      .filter(({ path }) => path.endsWith(".safetensors"))
      .flatMap(({ path, bytes }) =>
        [...splitSafetensors(bytes).entries].map(([name, { dtype, shape }]): [string, string] => [
          `${path}:${name}`,
          `${dtype} ${shape.join("x")}`,
        ]),
      ),
  );
}
