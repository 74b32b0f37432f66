import { type RecordStanding, recordStandings, recordVerdict } from "../record_verdict.ts";
import type { RunRecord } from "../record/run_record.ts";
import type { SuiteVerdict } from "../../suite/suite_verdict.ts";

/** A record as a column of the matrix. */
export interface PageColumn {
  readonly record: RunRecord;
  /** Unique on the page, and fit for an id. */
  readonly key: string;
  /** The subject's name, with the machine where two columns have the same name. */
  readonly title: string;
  readonly verdict: SuiteVerdict;
  readonly standings: ReadonlyMap<string, RecordStanding>;
}

/** The columns of a page, in the order of the records. */
export function pageColumns(records: readonly RunRecord[]): PageColumn[] {
  return records.map((record, at) => {
    const { subject, machine } = record.header;
    const isSame = ({ header }: RunRecord) =>
      header.subject.name === subject.name && header.subject.version === subject.version;
    const isTwice = records.filter(isSame).length > 1;
    return {
      record,
      key: `s${at + 1}`,
      title: isTwice ? `${subject.name}, ${machine.os} ${machine.arch}` : subject.name,
      verdict: recordVerdict(record),
      standings: new Map(
        recordStandings(record).map((standing) => [standing.requirement.id, standing]),
      ),
    };
  });
}
