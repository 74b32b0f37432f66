import type { CheckFinding, RuntimeVerdict } from "../../../spec/mod.ts";
import { nearNames } from "../../near_names.ts";
import { RUNTIMES } from "./mod.ts";
import { type ModelFacts, type Obstacle, packedBy, type RuntimeDefinition } from "./runtime.ts";
import {
  compareVersions,
  newestVersion,
  TYPES_MADE,
  typesOf,
  versionsOfType,
} from "./type_versions.ts";

/** What is wrong for every runtime, and what can be done about it. */
export interface CommonFindings {
  readonly findings: readonly CheckFinding[];
  readonly remedy: string;
}

const REGISTRIES: readonly string[] = ["model"];

/**
 * Says of each runtime and range of versions whether it loads a model, and if not, why and what can be done.
 *
 * @param common `findings`: of which an error, such as a file that was cut, holds for every runtime; `remedy`: for that
 */
export function judgeRuntimes(
  facts: ModelFacts,
  { findings, remedy }: CommonFindings = { findings: [], remedy: "" },
): RuntimeVerdict[] {
  const error = findings.find(({ level }) => level === "error");
  const common: Obstacle[] =
    error === undefined ? [] : [{ why: `${error.path}: ${error.detail}`, remedy }];
  return RUNTIMES.flatMap((runtime) => judgeRuntime(runtime, facts, common));
}

/**
 * The finding for a model that no known runtime loads.
 *
 * @param options `isSound`: whether nothing else is wrong with it; if not, only an unknown type is worth another finding
 */
export function refusedByAll(
  facts: ModelFacts,
  { isSound }: { readonly isSound: boolean },
): CheckFinding | undefined {
  const { kind, modelType } = facts;
  // Of these no runtime is known here, which says nothing about the model.
  if (kind === "diffusion" || kind === "adapter") return undefined;
  const verdicts = judgeRuntimes(facts);
  if (verdicts.some(({ loads }) => loads)) return undefined;
  const isCode = (facts.config["model_file"] ?? undefined) !== undefined;
  const isKnown = RUNTIMES.some((runtime) => typeVersions(runtime, facts) !== undefined);
  const path = "config.json";
  if (!isKnown && isCode) return undefined;
  if (!isKnown) {
    const all = RUNTIMES.flatMap(({ name, registries }) => typesOf(name, registries ?? REGISTRIES));
    const near = nearType(modelType ?? "", [...new Set(all)]);
    const nearest = near === undefined ? "" : `; the nearest is "${near}"`;
    const asked = RUNTIMES.map(({ name }) => `${name} up to ${newestVersion(name)}`).join(", ");
    const detail = `No runtime that is known here has the architecture "${modelType ?? ""}" (${asked}; read ${TYPES_MADE})${nearest}`;
    return { cause: "unsupported-architecture", path, detail, level: "error" };
  }
  if (!isSound) return undefined;
  const newest = RUNTIMES.flatMap(({ name }) => {
    const last = verdicts.findLast(({ runtime }) => runtime === name);
    const isFor = RUNTIMES.find((one) => one.name === name)?.kinds.includes(kind) === true;
    return last === undefined || !isFor ? [] : [`${name}: ${last.why.join("; ")}`];
  });
  const detail = `No runtime that is known here loads it: ${newest.join(". ")}`;
  const cause = packedBy(facts) === undefined ? "unsupported-architecture" : "quantization";
  return { cause, path, detail, level: "error" };
}

function judgeRuntime(
  runtime: RuntimeDefinition,
  facts: ModelFacts,
  common: readonly Obstacle[],
): RuntimeVerdict[] {
  const verdicts: RuntimeVerdict[] = [];
  const starts = boundaries(runtime, facts);
  for (const [at, from] of starts.entries()) {
    const obstacles = [
      ...common,
      ...typeObstacles(runtime, facts, from),
      ...runtime.rules.flatMap((rule) => (holdsFor(rule, from) ? (rule.judge(facts) ?? []) : [])),
    ];
    const verdict: RuntimeVerdict = {
      runtime: runtime.name,
      from,
      before: starts[at + 1],
      loads: obstacles.length === 0,
      why: obstacles.map(({ why }) => why),
      remedy: obstacles[0]?.remedy,
    };
    const last = verdicts.at(-1);
    if (last !== undefined && isSame(last, verdict))
      verdicts[verdicts.length - 1] = { ...last, before: verdict.before };
    else verdicts.push(verdict);
  }
  return verdicts;
}

/** The versions at which an answer can change, in their order. */
function boundaries(runtime: RuntimeDefinition, facts: ModelFacts): string[] {
  const types = typeVersions(runtime, facts);
  const versions = [
    runtime.since,
    types?.from,
    types?.before,
    ...runtime.rules.flatMap(({ from, before }) => [from, before]),
  ].filter((version) => version !== undefined);
  return [...new Set(versions)]
    .filter((version) => compareVersions(version, runtime.since) >= 0)
    .toSorted(compareVersions);
}

function holdsFor(
  { from, before }: { readonly from?: string; readonly before?: string | undefined },
  version: string,
): boolean {
  const isAfter = from === undefined || compareVersions(version, from) >= 0;
  return isAfter && (before === undefined || compareVersions(version, before) < 0);
}

function typeVersions(runtime: RuntimeDefinition, { modelType }: ModelFacts) {
  if (modelType === undefined) return undefined;
  const { registries = REGISTRIES, lookUp } = runtime;
  return versionsOfType(runtime.name, lookUp?.(modelType) ?? modelType, registries);
}

function typeObstacles(runtime: RuntimeDefinition, facts: ModelFacts, version: string): Obstacle[] {
  const { kind, modelType } = facts;
  const { name, kinds, registries = REGISTRIES } = runtime;
  if (!kinds.includes(kind)) {
    const why = `it is for models of ${kinds.join(", ")}, and this one is of the kind ${kind}`;
    return [{ why, remedy: "use a runtime that is for this kind" }];
  }
  // Code that is trusted takes the place of an architecture.
  if (name === "mlx-lm" && facts.trustsModelCode && (facts.config["model_file"] ?? "") !== "")
    return [];
  const known = typeVersions(runtime, facts);
  if (known === undefined) {
    const near = nearType(modelType ?? "", typesOf(name, registries));
    const remedy =
      near === undefined
        ? `use a newer ${name}`
        : `use a newer ${name}; the nearest type that it has is "${near}"`;
    const why = `up to ${newestVersion(name)} it has no architecture "${modelType ?? ""}"`;
    return [{ why, remedy }];
  }
  if (known.before !== undefined && compareVersions(version, known.before) >= 0) {
    const why = `since ${known.before} it has no architecture "${modelType ?? ""}"`;
    return [{ why, remedy: `use ${name} before ${known.before}` }];
  }
  if (compareVersions(version, known.from) >= 0) return [];
  const why = `it has the architecture "${modelType ?? ""}" since ${known.from}`;
  return [{ why, remedy: `use ${name} ${known.from} or later` }];
}

/** @returns undefined where no name has the beginning or the most part of it in common */
function nearType(modelType: string, names: readonly string[]): string | undefined {
  const [near] = nearNames([modelType], names, 1);
  if (near === undefined) return undefined;
  const isNear = near.slice(0, 4) === modelType.slice(0, 4) || near.includes(modelType);
  return isNear ? near : undefined;
}

function isSame(one: RuntimeVerdict, two: RuntimeVerdict): boolean {
  return one.loads === two.loads && one.why.join() === two.why.join();
}
