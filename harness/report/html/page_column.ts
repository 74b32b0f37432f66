import { type RecordStanding, recordStandings, recordVerdict } from "../record_verdict.ts";
import type { RecordHeader, RunRecord } from "../record/run_record.ts";
import type { SuiteVerdict } from "../../suite/suite_verdict.ts";

/** A record as a column of the matrix. */
export interface PageColumn {
  readonly record: RunRecord;
  /** Unique on the page, and fit for an id. */
  readonly key: string;
  /** The subject's name, with what distinguishes the run where several are of one version. */
  readonly title: string;
  readonly verdict: SuiteVerdict;
  readonly standings: ReadonlyMap<string, RecordStanding>;
}

/** What distinguishes runs of one version, the most telling first. */
const FACTS: readonly ((header: RecordHeader) => string)[] = [
  ({ machine }) => `${machine.os} ${machine.arch}`,
  ({ worlds }) => worlds.join(" and "),
  ({ seed }) => `seed ${seed}`,
  ({ shard }) => (shard === undefined ? "whole" : `shard ${shard.index} of ${shard.count}`),
  ({ only }) => (only.length === 0 ? "everything" : `only ${only.join(", ")}`),
  ({ machine }) => `Node ${machine.node}`,
  ({ suite }) => `suite ${suite.version}`,
  ({ startedAt }) => `${startedAt.slice(0, 16).replace("T", " ")} UTC`,
];

/** The columns of a page, in the order of the records. */
export function pageColumns(records: readonly RunRecord[]): PageColumn[] {
  return records.map((record, at) => ({
    record,
    key: `s${at + 1}`,
    title: titleOf(record, records),
    verdict: recordVerdict(record),
    standings: new Map(
      recordStandings(record).map((standing) => [standing.requirement.id, standing]),
    ),
  }));
}

/** The name of a subject; of several runs of one version, with the facts in which they differ. */
function titleOf(record: RunRecord, records: readonly RunRecord[]): string {
  const { name, version } = record.header.subject;
  const twins = records.filter(
    ({ header }) => header.subject.name === name && header.subject.version === version,
  );
  let others = twins.filter((twin) => twin !== record);
  const facts: string[] = [];
  for (const factOf of FACTS) {
    const fact = factOf(record.header);
    const alike = others.filter(({ header }) => factOf(header) === fact);
    if (alike.length === others.length) continue;
    facts.push(fact);
    others = alike;
  }
  // Of runs that have all of this in common only the order is left.
  if (others.length > 0) facts.push(`run ${twins.indexOf(record) + 1}`);
  return [name, ...facts].join(", ");
}
