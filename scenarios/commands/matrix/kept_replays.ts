/**
 * The replays of known defects that are kept, beside the tables of `mlx-conform matrix`.
 *
 * @module
 */

import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FoundDefect, HarnessError, parseReplay } from "../../../harness/internal.ts";
import { KNOWN_DEFECTS } from "./known_defects.ts";

type JudgedSubject = FoundDefect["subject"];

/** What is kept, and where. */
export interface KeptReplaysOptions {
  readonly directory: string;
  /** The subjects that were run whole: of these a replay that was not found again is removed. */
  readonly renewed: readonly JudgedSubject[];
}

/**
 * Writes the replays of what was found. Those of other subjects, and of other versions, stay.
 *
 * @returns what was found, and after it the defects of which a replay stayed
 * @throws {RangeError} when a file there is no replay, or is named after no known defect
 */
export async function keepReplays(
  found: readonly FoundDefect[],
  { directory, renewed }: KeptReplaysOptions,
): Promise<FoundDefect[]> {
  await mkdir(directory, { recursive: true });
  const names = (await readdir(directory)).filter((name) => name.endsWith(".json")).toSorted();
  const written = new Set(found.filter(({ replay }) => replay !== undefined).map(replayName));
  const endings = new Set(renewed.map(endingOf));
  const isGone = (name: string) => endings.has(name.slice(name.indexOf(".")));
  const others = names.filter((name) => !written.has(name) && !isGone(name));
  // Read before anything is written: a file that is no replay changes nothing.
  const stayed = await Promise.all(others.map((name) => keptDefect(directory, name)));
  for (const name of names.filter(isGone)) await rm(join(directory, name));
  for (const one of found)
    if (one.replay !== undefined)
      await writeFile(join(directory, replayName(one)), one.replay.content);
  return [...found, ...stayed];
}

/** The name of the file of a replay. */
export function replayName({ defect, subject }: FoundDefect): string {
  return `${defect.name}${endingOf(subject)}`;
}

/** What follows the name of the defect, which has no dot. */
function endingOf({ name, version }: JudgedSubject): string {
  return `.${`${name}_${version}`.replaceAll(/[^\w.]/g, "_")}.json`;
}

async function keptDefect(directory: string, name: string): Promise<FoundDefect> {
  const path = join(directory, name);
  const content = await readFile(path, "utf8");
  const defect = KNOWN_DEFECTS.find((one) => name.startsWith(`${one.name}.`));
  if (defect === undefined)
    throw new RangeError(`Cannot keep ${path}: it is named after no known defect`);
  try {
    const { subject, scenario } = parseReplay(content, path);
    return { defect, subject, scenario, replay: { name, content } };
  } catch (cause) {
    if (cause instanceof HarnessError)
      throw new RangeError(`Cannot keep ${path}: ${cause.message}`, { cause });
    throw cause;
  }
}
