/**
 * The work of `mlx-conform deviations update`: makes a list of known deviations say what full runs showed.
 *
 * @module
 */

import { existsSync } from "node:fs";
import {
  type Deviation,
  EXIT_CODES,
  type NamedRecord,
  formatDeviations,
  updateDeviations,
} from "../../../harness/internal.ts";
import type { ConformContext } from "../conform_context.ts";
import { readRecord, writeText } from "./record_files.ts";
import { readDeviations } from "./read_deviations.ts";

/**
 * Makes a list of known deviations say what the records of full runs show.
 *
 * @returns the exit code
 * @throws {RangeError} when a record or the list cannot be read, or the list not be written
 */
export async function updateDeviationsFile(
  files: readonly string[],
  path: string,
  context: ConformContext,
): Promise<number> {
  const records = await Promise.all(files.map(readRecord));
  const faults = [...records.flatMap(partsMissing), ...differences(records)];
  const [first] = records;
  if (faults.length > 0 || first === undefined) {
    context.writeErr(`mlx-conform: Cannot update known deviations from ${faults.join("; ")}\n`);
    return EXIT_CODES.incomplete;
  }
  const before = existsSync(path) ? await readDeviations(path, { isDraft: true }) : [];
  const { machine, subject } = first.record.header;
  const dates = records.map(({ record }) => record.header.startedAt).toSorted();
  const { deviations, unseen } = updateDeviations(
    records.map(({ record }) => record.results),
    before,
    { os: machine.os, version: subject.version, date: dates.at(-1) ?? "" },
  );
  await writeText(path, formatDeviations(deviations));
  context.writeOut(`${path}: ${summary(deviations, { before, unseen })}\n`);
  return 0;
}

function summary(
  after: readonly Deviation[],
  {
    before,
    unseen,
  }: { readonly before: readonly Deviation[]; readonly unseen: readonly Deviation[] },
): string {
  const lacking = (key: "issue" | "reason") => after.filter((one) => one[key] === "").length;
  const sometimes = after.filter((one) => one.sometimes === true).length;
  return [
    `${after.length} deviations, ${before.length} before`,
    ...(sometimes === 0
      ? []
      : [`${sometimes} show sometimes, ${unseen.length} of them kept though no run showed them`]),
    `${lacking("issue")} need an issue before the list can be used`,
    ...(lacking("reason") === 0 ? [] : [`${lacking("reason")} need a reason, why only sometimes`]),
  ].join("; ");
}

/** Why a record is not of a full run. */
function partsMissing({ name, record }: NamedRecord): string[] {
  const { only, shard } = record.header;
  const partial = [
    ...record.problems,
    ...(record.closing?.stopped === undefined ? [] : ["it stopped at the first broken MUST"]),
    ...(only.length > 0 ? [`only ${only.join(", ")} was run`] : []),
    ...(shard === undefined
      ? []
      : [`it is shard ${shard.index} of ${shard.count}: merge them first`]),
  ];
  return partial.length === 0
    ? []
    : [`${name}, as what was not run would be mistaken for fixed: ${partial.join(", ")}`];
}

/** Why records are not of one subject, tested in one way. */
function differences([first, ...others]: readonly NamedRecord[]): string[] {
  if (first === undefined) return [];
  const factsOf = ({ record: { header } }: NamedRecord) => ({
    subject: `${header.subject.name} ${header.subject.version}`,
    specification: header.suite.specSha256,
    system: header.machine.os,
    worlds: header.worlds.join(", "),
  });
  const expected = Object.entries(factsOf(first));
  return others.flatMap((other) => {
    const actual: Readonly<Record<string, string>> = factsOf(other);
    return expected
      .filter(([key, value]) => actual[key] !== value)
      .map(
        ([key, value]) =>
          `${other.name}: its ${key} is ${actual[key]}, and that of ${first.name} is ${value}`,
      );
  });
}
