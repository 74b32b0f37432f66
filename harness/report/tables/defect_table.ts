import type { RequirementId } from "../../../spec/mod.ts";
import type { RecordReplay, RecordResult, RunRecord } from "../record/run_record.ts";

/** A known defect of clients, and the scenarios that show it. */
export interface KnownDefect {
  /** Short, for file names. */
  readonly name: string;
  /** In a few words. */
  readonly about: string;
  readonly requirement: RequirementId;
  /** The scenarios that show it. */
  readonly scenarios: readonly string[];
  /** Whether a download that only fails shows it too. @default {false} */
  readonly isShownByRefusal?: true;
}

/** A defect that a subject showed. */
export interface FoundDefect {
  readonly defect: KnownDefect;
  readonly subject: { readonly name: string; readonly version: string };
  readonly scenario: string;
  /** Absent where the case could not be written down. */
  readonly replay: RecordReplay | undefined;
}

/** Finds the known defects in records of runs, whole or not: each once for each version of a subject. */
export function foundDefects(
  records: readonly RunRecord[],
  defects: readonly KnownDefect[],
): FoundDefect[] {
  const found = new Map<string, FoundDefect>();
  for (const defect of defects)
    for (const { header, results } of records) {
      const { subject } = header;
      const key = `${defect.name}/${subject.name}/${subject.version}`;
      for (const result of results) {
        if (found.has(key) || !defect.scenarios.includes(result.scenario)) continue;
        const shown = [result.breakage, ...(result.further ?? [])].find((promise) =>
          shows(promise, defect),
        );
        if (shown === undefined) continue;
        // The replay beside a result is the case of the first requirement that it broke.
        const isFirst = shown === result.breakage;
        const replay = isFirst ? result.replay : undefined;
        found.set(key, { defect, subject, scenario: result.scenario, replay });
      }
    }
  return [...found.values()];
}

/** Writes found defects as a table in Markdown: a row for each defect, with the subjects that showed it. */
export function defectTable(
  found: readonly FoundDefect[],
  defects: readonly KnownDefect[],
  options: { readonly replayPath: (one: FoundDefect) => string | undefined },
): string {
  const rows = defects.map((defect) => {
    const seen = found.filter((one) => one.defect === defect);
    const names = seen.map((one) => {
      const { name, version } = one.subject;
      const path = options.replayPath(one);
      return path === undefined ? `${name} ${version}` : `[${name} ${version}](${path})`;
    });
    return `| ${defect.about} | ${defect.requirement} | ${names.join(", ") || "none"} |`;
  });
  return ["| defect | requirement | seen in |", "| --- | --- | --- |", ...rows].join("\n");
}

/** Whether what was seen is the defect, and not only that the client refused to go on. */
function shows(promise: RecordResult["breakage"], defect: KnownDefect): boolean {
  if (promise?.requirement !== defect.requirement) return false;
  if (defect.isShownByRefusal === true) return true;
  return promise.isRefusal !== true && promise.isEndless !== true;
}
