import type { RunRecord } from "./run_record.ts";

/**
 * A record in which the results of scenarios that were run again stand for those of the whole run.
 *
 * @param again the record of the later run, if there was one
 */
export function amendRecord(record: RunRecord, again: RunRecord | undefined): RunRecord {
  if (again === undefined) return record;
  const kept = record.results.filter(({ scenario, world }) =>
    again.results.every((later) => later.scenario !== scenario || later.world !== world),
  );
  return { ...record, results: [...kept, ...again.results] };
}
