import type { WeightCandidate, SelectWeightsInput } from "./weight_candidate.ts";
import { fnmatch, type CheckFinding } from "../../../spec/mod.ts";
import { missingShards } from "./missing_shards.ts";

/** Which weight files belong to the model, and what is wrong with the set. */
export interface WeightSelection {
  readonly belonging: readonly string[];
  readonly findings: readonly CheckFinding[];
  /** Whether tensors may be absent because a file is. */
  readonly isIncomplete: boolean;
}

/** Files that are one checkpoint only together. */
interface Unit {
  readonly files: readonly WeightCandidate[];
  readonly tensors: ReadonlySet<string>;
}

const SHARD_REGEXP = /^(.*)-(\d{1,6})-of-(\d{1,6})\.safetensors$/;

/**
 * Finds the files whose tensors are the model's, each once: `LOAD-SHARD`, `LOAD-STRAY`.
 *
 * mlx-lm opens every top-level `model*.safetensors` and never the index; mlx-swift-lm up to 3.31.4 opens every
 * `*.safetensors` below the directory. What either opens beside the model's own files is foreign.
 */
export function selectWeights(input: SelectWeightsInput): WeightSelection {
  const visible = input.candidates.filter(({ path }) => !isSidecar(path));
  const openedNames = new Set(openedPaths(visible.map(({ path }) => path)));
  const opened = visible.filter(({ path }) => openedNames.has(path));
  const sidecars = input.candidates
    .filter(({ path }) => isSidecar(path))
    .map(({ path }): CheckFinding => {
      const detail =
        "It is a macOS sidecar of a weight file and does not count as weights, but mlx-swift-lm up to 3.31.4 opens it";
      return { cause: "appledouble", path, detail, level: "warning" };
    });

  const { belonging, foreign } = splitUnits(unitsOf(opened), input);
  const rest = visible.filter(({ path }) => !openedNames.has(path));
  const shards = missingShards(
    belonging.flatMap(({ files }) => files),
    input,
  );
  const findings = [
    ...sidecars,
    ...nameFindings(opened),
    ...foreign.flatMap(({ files }) => files.map(({ path }) => foreignFinding(path))),
    ...rest.map((file) => strayFinding(file, input.recordedPaths.length > 0)),
    ...shards,
  ];
  if (belonging.length === 0) {
    const detail = "The directory has no weight file that a runtime opens: no model*.safetensors";
    findings.push({
      cause: "missing-weights",
      path: "model.safetensors",
      detail,
      level: "error",
    });
  }
  return {
    belonging: belonging.flatMap(({ files }) => files.map(({ path }) => path)),
    findings,
    isIncomplete: belonging.length === 0 || shards.length > 0,
  };
}

function isSidecar(path: string): boolean {
  return path.split("/").some((name) => name.startsWith("._"));
}

/**
 * The weight files that a runtime opens for the model itself: mlx-lm's pattern and, where that matches nothing,
 * what mlx-swift-lm falls back to.
 *
 * @param paths paths of weight files relative to the model's directory
 */
export function openedPaths(paths: readonly string[]): string[] {
  const top = paths.filter((path) => !path.includes("/") && !path.startsWith("."));
  for (const pattern of ["model*.safetensors", "weight*.safetensors"]) {
    const matching = top.filter((path) => fnmatch(pattern, path));
    if (matching.length > 0) return matching;
  }
  return top;
}

function nameFindings(opened: readonly WeightCandidate[]): CheckFinding[] {
  const [first] = opened;
  if (first === undefined || fnmatch("model*.safetensors", first.path)) return [];
  const detail =
    "mlx-lm opens only model*.safetensors and finds no weights here; mlx-swift-lm does";
  return [{ cause: "missing-weights", path: first.path, detail, level: "warning" }];
}

function unitsOf(files: readonly WeightCandidate[]): Unit[] {
  const groups = new Map<string, WeightCandidate[]>();
  for (const file of files) {
    const [, stem, , count] = SHARD_REGEXP.exec(file.path) ?? [];
    const key = stem === undefined ? file.path : `${stem} of ${count}`;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()].map((group) => ({
    files: group,
    tensors: new Set(group.flatMap(({ tensors }) => [...(tensors ?? [])])),
  }));
}

/** Takes the likeliest unit first, and then each that adds tensors of the model and repeats none. */
function splitUnits(
  units: readonly Unit[],
  input: SelectWeightsInput,
): { belonging: Unit[]; foreign: Unit[] } {
  const ranked = units
    .map((unit) => ({ unit, rank: rankOf(unit, input) }))
    .sort((a, b) => compareRanks(b.rank, a.rank) || compareText(nameOf(a.unit), nameOf(b.unit)))
    .map(({ unit }) => unit);
  const taken = new Set<string>();
  const belonging: Unit[] = [];
  const foreign: Unit[] = [];
  for (const unit of ranked) {
    const names = [...unit.tensors];
    const isRepeated = names.some((name) => taken.has(name));
    const { wanted } = input;
    const isSurplus =
      belonging.length > 0 &&
      wanted !== undefined &&
      names.length > 0 &&
      !names.some((name) => wanted.has(name));
    if (isRepeated || isSurplus) {
      foreign.push(unit);
      continue;
    }
    belonging.push(unit);
    for (const name of names) taken.add(name);
  }
  return { belonging, foreign };
}

/** The better guess is greater, from the strongest evidence to the weakest. */
function rankOf(unit: Unit, input: SelectWeightsInput): readonly boolean[] {
  const [first] = unit.files;
  const count = SHARD_REGEXP.exec(first?.path ?? "")?.[3];
  const named = new Set(input.weightMap?.values());
  const hasAll = (names: ReadonlySet<string>) =>
    names.size > 0 && [...names].every((name) => unit.tensors.has(name));
  return [
    unit.files.every(({ recorded }) => recorded),
    hasAll(input.wanted ?? new Set(input.weightMap?.keys())),
    named.size === unit.files.length && unit.files.every(({ path }) => named.has(path)),
    count !== undefined && unit.files.length === Number(count),
    first?.path === "model.safetensors",
  ];
}

function compareRanks(a: readonly boolean[], b: readonly boolean[]): number {
  const index = a.findIndex((value, position) => value !== b[position]);
  return index === -1 ? 0 : Number(a[index]) - Number(b[index]);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function nameOf(unit: Unit): string {
  return unit.files[0]?.path ?? "";
}

function foreignFinding(path: string): CheckFinding {
  const detail =
    "Runtimes open it beside the model's own weight files, although its tensors are not the model's: remove it";
  return { cause: "foreign-weights", path, detail, level: "error" };
}

/** A weight file where mlx-lm does not look. */
function strayFinding(file: WeightCandidate, hasRecords: boolean): CheckFinding {
  const { path, recorded } = file;
  const isHidden = path.split("/").some((name) => name.startsWith("."));
  const isNested = path.includes("/");
  // mlx-lm and newer mlx-swift-lm do not open what lies beside `model*`, such as adapters and other tools' weights;
  // a repository may keep more in a directory of its own; nobody publishes hidden ones.
  const isLegitimate = recorded || (!isHidden && (!isNested || !hasRecords));
  const detail = isLegitimate
    ? "It belongs to the repository, not to the model; mlx-swift-lm up to 3.31.4 opens it nevertheless"
    : "mlx-swift-lm up to 3.31.4 opens it, although it does not belong to the model: remove it";
  return { cause: "foreign-weights", path, detail, level: isLegitimate ? "warning" : "error" };
}
