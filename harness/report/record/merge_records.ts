import { judgeDeviations } from "../../deviations/judge_deviations.ts";
import { suiteVerdict } from "../../suite/suite_verdict.ts";
import { RecordWriter } from "./record_writer.ts";
import type { RecordHeader, RecordResult, RunRecord } from "./run_record.ts";

/** A record, and the file that it was read from. */
export interface NamedRecord {
  readonly name: string;
  readonly record: RunRecord;
}

/** The whole run, or why its parts cannot be merged. */
export type MergedRecord =
  | { readonly text: string; readonly problems: readonly [] }
  | { readonly text: undefined; readonly problems: readonly string[] };

/** What must be the same in every shard of a run. */
const SAME: Readonly<Record<string, (header: RecordHeader) => unknown>> = {
  "version of the suite": ({ suite }) => suite.version,
  "digest of the requirements": ({ suite }) => suite.specSha256,
  "set of requirements": ({ set }) => set?.name ?? "none",
  subject: ({ subject }) => `${subject.name} ${subject.version}`,
  profiles: ({ profiles }) => profiles,
  roles: ({ roles }) => roles ?? "all",
  worlds: ({ worlds }) => worlds,
  seed: ({ seed }) => seed,
  "number of cases": ({ runs }) => runs,
  filter: ({ only }) => only,
  "list of known deviations": ({ deviations }) => deviations,
  "number of shards": ({ shard }) => shard?.count ?? "none",
  "operating system": ({ machine }) => `${machine.os} ${machine.arch}`,
};

/**
 * Merges the shards of one run. Shards that do not belong together, are missing, given twice or incomplete are
 * refused, with every reason: half a run never looks like a whole one.
 */
export function mergeRecords(shards: readonly NamedRecord[]): MergedRecord {
  const problems = [
    ...shards.flatMap(({ name, record }) => record.problems.map((why) => `${name}: ${why}`)),
    ...shards
      .filter(({ record }) => record.closing?.stopped !== undefined)
      .map(({ name }) => `${name}: it stopped at the first broken MUST`),
    ...differences(shards),
    ...indexFaults(shards),
    ...duplicates(shards),
  ];
  const [first] = shards.toSorted((one, other) => indexOf(one) - indexOf(other));
  if (first === undefined) return { text: undefined, problems: ["there is no record to merge"] };
  return problems.length > 0
    ? { text: undefined, problems }
    : { text: wholeText(first.record, shards), problems: [] };
}

function indexOf({ record }: NamedRecord): number {
  return record.header.shard?.index ?? 0;
}

function differences(shards: readonly NamedRecord[]): string[] {
  const [first, ...others] = shards;
  if (first === undefined) return [];
  return Object.entries(SAME).flatMap(([what, of]) => {
    const expected = JSON.stringify(of(first.record.header));
    return others.flatMap(({ name, record }) => {
      const actual = JSON.stringify(of(record.header));
      return actual === expected
        ? []
        : [
            `${name}: its ${what} is ${shorten(actual)}, but that of ${first.name} is ${shorten(expected)}`,
          ];
    });
  });
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function indexFaults(shards: readonly NamedRecord[]): string[] {
  const unsharded = shards.filter(({ record }) => record.header.shard === undefined);
  if (unsharded.length > 0)
    return unsharded.map(({ name }) => `${name}: it is a whole run, not a shard`);
  const count = shards[0]?.record.header.shard?.count ?? 0;
  return Array.from({ length: count }, (_, at) => at + 1).flatMap((index) => {
    const names = shards.filter((shard) => indexOf(shard) === index).map(({ name }) => name);
    if (names.length === 0) return [`shard ${index} of ${count} is missing`];
    return names.length === 1
      ? []
      : [`shard ${index} of ${count} was given ${names.length} times: ${names.join(", ")}`];
  });
}

function duplicates(shards: readonly NamedRecord[]): string[] {
  const owners = new Map<string, string>();
  const problems: string[] = [];
  for (const { name, record } of shards) {
    for (const { scenario, world } of record.results) {
      const key = `${scenario} in ${world}`;
      const owner = owners.get(key);
      // Within one shard a kept replay may be listed beside the scenario that it is a case of.
      if (owner !== undefined && owner !== name)
        problems.push(`${name}: ${key} is also in ${owner}`);
      owners.set(key, name);
    }
  }
  return problems;
}

function wholeText(first: RunRecord, shards: readonly NamedRecord[]): string {
  const { shard: _shard, type: _type, format: _format, ...header } = first.header;
  const all = shards.flatMap(({ record }) => record.results).toSorted(inOrderOf(header.worlds));
  const { only, deviations, subject, machine, profiles } = header;
  const startedAt = shards.map(({ record }) => record.header.startedAt).toSorted()[0] ?? "";
  const isFiltered = only.length > 0;
  const { results, problems } = judgeDeviations(all, deviations, {
    os: machine.os,
    version: subject.version,
    date: startedAt,
    isPartial: isFiltered,
  });
  let text = "";
  const writer = new RecordWriter(
    { ...header, startedAt, planned: all.length },
    { write: (line) => (text += line), requirements: first.requirements },
  );
  for (const [at, result] of results.entries()) {
    const { story, replay, trace, status } = all[at] ?? {};
    writer.add(result, { replay, trace, story: status === result.status ? story : undefined });
  }
  const scored = first.requirements.filter((requirement) => requirement.scored !== false);
  const law = Object.fromEntries(scored.map(({ id, ...rest }) => [id, rest]));
  const verdict = suiteVerdict(results, {
    profiles,
    isFiltered,
    deviationProblems: problems.length,
    roles: header.roles,
    law,
  });
  writer.close(
    verdict,
    problems.map(({ detail }) => detail),
  );
  return text;
}

/** By world and name: the order of the shards does not matter. */
function inOrderOf(worlds: readonly string[]) {
  const keyOf = ({ world, scenario }: RecordResult) =>
    `${String(worlds.indexOf(world) + 1).padStart(3, "0")} ${scenario}`;
  return (one: RecordResult, other: RecordResult): number => (keyOf(one) < keyOf(other) ? -1 : 1);
}
