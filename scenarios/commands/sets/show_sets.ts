/**
 * The work of `mlx-conform sets`.
 *
 * @module
 */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import {
  GRADES,
  REQUIREMENT_SETS,
  type RequirementSet,
  WITHDRAWN_REQUIREMENTS,
} from "../../../spec/sets/mod.ts";
import { EXIT_CODES, freezeSet, setFaults, setSha256, setText } from "../../../harness/internal.ts";
import type { ConformContext } from "../conform_context.ts";
import { suiteVersion } from "../suite_version.ts";
import { newestSet } from "./frozen_sets.ts";
import type { SetsOptions } from "./sets_command.ts";

/**
 * Lists the sets, or freezes a new one.
 *
 * @returns the exit code: 1 where a set is not what it was when it was frozen
 * @throws {RangeError} when the new set cannot be written, or is there already
 */
export async function showSets(
  { freeze, into }: SetsOptions,
  { writeOut, writeErr }: ConformContext,
): Promise<number> {
  if (freeze !== undefined) {
    writeOut(await freezeInto(into, freeze));
    return EXIT_CODES.conformant;
  }
  for (const { set, sha256 } of REQUIREMENT_SETS) writeOut(`${setLine(set)}, sha256 ${sha256}\n`);
  const newest = newestSet();
  const later = Object.keys(REQUIREMENTS).filter((id) => !Object.hasOwn(newest.requirements, id));
  const list = later.length === 0 ? "nothing" : later.join(", ");
  writeOut(`not scored, as it came after ${newest.name}: ${list}\n`);
  const faults = REQUIREMENT_SETS.flatMap(({ set, sha256 }) =>
    setFaults(set, { sha256, law: REQUIREMENTS, withdrawn: WITHDRAWN_REQUIREMENTS }),
  );
  for (const fault of faults) writeErr(`mlx-conform: ${fault}\n`);
  return faults.length === 0 ? EXIT_CODES.conformant : EXIT_CODES["not conformant"];
}

/** Name, day, and how many requirements each grade asks for. */
function setLine({ name, frozen, requirements }: RequirementSet): string {
  const all = Object.values(requirements);
  const grades = GRADES.map((grade, at) => {
    const asked = all.filter((one) => one.grade !== undefined && GRADES.indexOf(one.grade) <= at);
    return `${grade} ${asked.length}`;
  });
  return `${name}: frozen ${frozen}, ${all.length} requirements (${grades.join(", ")})`;
}

async function freezeInto(directory: string, name: string): Promise<string> {
  const frozen = new Date().toISOString().slice(0, 10);
  const set = freezeSet({ name, frozen, suite: suiteVersion() });
  const path = join(directory, `${name}.json`);
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(path, setText(set), { flag: "wx" });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot freeze set ${name} in "${path}": ${why}`, { cause });
  }
  const variable = `set${name.replace("-", "")}`;
  return [
    `${setLine(set)}, in ${path}`,
    "spec/sets/mod.ts needs:",
    `  import ${variable} from "./${name}.json" with { type: "json" };`,
    `  { set: ${variable} as RequirementSet, sha256: "${setSha256(set)}" },`,
    "",
  ].join("\n");
}
