import type { CheckFinding } from "../../spec/mod.ts";
import type { SelectWeightsInput, WeightCandidate } from "./select_weights.ts";

const SHARD_REGEXP = /^(.*)-(\d{5})-of-(\d{5})\.safetensors$/;

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
  const lacks = (names: Iterable<string>) => [...names].filter((name) => !tensors.has(name));
  // An unreadable file may hold what is lacking, so that nothing is known of the others.
  const isComplete =
    input.wanted !== undefined && !isUnreadable && lacks(input.wanted).length === 0;
  if (isComplete) return [];

  const findings = new Map<string, CheckFinding>();
  const report = (path: string, detail: string) => {
    if (!present.has(path))
      findings.set(path, { cause: "missing-shard", path, detail, level: "error" });
  };
  for (const { path } of belonging) {
    const [, stem, , count] = SHARD_REGEXP.exec(path) ?? [];
    if (stem === undefined || count === undefined) continue;
    // A number of five digits bounds this loop.
    for (let index = 1; index <= Number(count); index += 1) {
      const name = `${stem}-${String(index).padStart(5, "0")}-of-${count}.safetensors`;
      report(name, `It is one of the ${Number(count)} shards to which "${path}" belongs`);
    }
  }
  for (const [file, names] of namesByFile(input.weightMap)) {
    if (present.has(file)) continue;
    const lacking = lacks(names);
    // Where some of its tensors are elsewhere, the index is of another sharding; an unreadable file may hold all.
    if (lacking.length < names.length || (isUnreadable && belonging.length === 1)) continue;
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

function namesByFile(weightMap: ReadonlyMap<string, string> | undefined): Map<string, string[]> {
  const byFile = new Map<string, string[]>();
  for (const [name, file] of weightMap ?? []) {
    const names = byFile.get(file);
    if (names === undefined) byFile.set(file, [name]);
    else names.push(name);
  }
  return byFile;
}
