import type { CheckFinding } from "../../../spec/mod.ts";
import type { SelectWeightsInput, WeightCandidate } from "./weight_candidate.ts";

const SHARD_REGEXP = /^(.*)-(\d{1,6})-of-(\d{1,6})\.safetensors$/;

/** No model has more; a greater number in a name is an attack. */
const SHARDS_MAX = 10_000;

/**
 * Names the shards that are absent: `LOAD-SHARD`.
 *
 * A name is only a promise: where the tensors are complete, an index or a shard number that says otherwise
 * is stale, as it is in several published repositories.
 */
export function missingShards(
  belonging: readonly WeightCandidate[],
  input: SelectWeightsInput,
): CheckFinding[] {
  const present = new Set(belonging.map(({ path }) => path));
  const tensors = new Set(belonging.flatMap((file) => [...(file.tensors ?? [])]));
  const isUnreadable = belonging.some((file) => file.tensors === undefined);
  // An unreadable file may hold what is lacking, so that nothing is known of the others.
  const isComplete =
    input.wanted !== undefined &&
    !isUnreadable &&
    [...input.wanted].every((name) => tensors.has(name));
  if (isComplete) return [];

  const findings = new Map<string, CheckFinding>();
  const report = (path: string, detail: string) => {
    if (!present.has(path))
      findings.set(path, { cause: "missing-shard", path, detail, level: "error" });
  };
  for (const { path } of belonging) {
    const [, stem, number = "", count] = SHARD_REGEXP.exec(path) ?? [];
    if (stem === undefined || count === undefined) continue;
    if (Number(count) > SHARDS_MAX) continue;
    for (let index = 1; index <= Number(count); index += 1) {
      const digits = String(index).padStart(number.length, "0");
      const name = `${stem}-${digits}-of-${count}.safetensors`;
      report(name, `It is one of the ${Number(count)} shards to which "${path}" belongs`);
    }
  }
  const weightMap = describesThese(input.weightMap, belonging) ? input.weightMap : undefined;
  for (const [file, names] of namesByFile(weightMap)) {
    // Where an only file cannot be read, the index may call it by an older name.
    if (isUnreadable && belonging.length === 1) continue;
    report(
      file,
      `The index places ${names.length} tensors in it, such as "${names[0]}", and they are nowhere else`,
    );
  }
  for (const path of input.recordedPaths) {
    if (!findings.has(path)) report(path, "It was downloaded with the model and is gone");
  }
  return [...findings.values()];
}

/** An index that places one tensor where it is not is of another sharding and says nothing of this one. */
function describesThese(
  weightMap: ReadonlyMap<string, string> | undefined,
  belonging: readonly WeightCandidate[],
): boolean {
  return belonging.every(({ path, tensors }) =>
    [...(tensors ?? [])].every((name) => (weightMap?.get(name) ?? path) === path),
  );
}

function namesByFile(weightMap: ReadonlyMap<string, string> | undefined): Map<string, string[]> {
  const byFile = new Map<string, string[]>();
  for (const [name, file] of weightMap ?? []) {
    const names = byFile.get(file);
    if (names === undefined) byFile.set(file, [name]);
    else names.push(name);
  }
  return byFile;
}
