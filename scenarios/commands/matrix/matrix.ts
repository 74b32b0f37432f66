/**
 * The work of `mlx-conform matrix`: tests every installed client, runs it again for the defects that clients are known for, and
 * writes the tables of a Markdown file.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import {
  amendRecord,
  EXIT_CODES,
  type FoundDefect,
  KNOWN_SUBJECTS,
  type NamedRecord,
  defectTable,
  foundDefects,
  installedName,
  isInstalled,
  matrixTable,
} from "../../../harness/internal.ts";
import { REPLAYS_DIRECTORY, SUBJECTS_DIRECTORY } from "../command_defaults.ts";
import type { ConformContext } from "../conform_context.ts";
import { moduleBeside } from "../module_beside.ts";
import { REFERENCE_PROGRAMS } from "../own_programs.ts";
import { readRecord } from "../records/record_files.ts";
import { keepReplays, replayName } from "./kept_replays.ts";
import { KNOWN_DEFECTS } from "./known_defects.ts";

/** Ending of the records of the second run, for the known defects. */
const DEFECTS_ENDING = ".defects.jsonl";

/** Ending of the records of scenarios that were run again by themselves. */
const AGAIN_ENDING = ".again.jsonl";

/** Which subjects the matrix is of, and where its parts are. */
export interface MatrixOptions {
  readonly names: readonly string[];
  /** Directory of the records. */
  readonly records: string;
  /** Directory of the kept replays. */
  readonly replays: string;
  readonly seed: number;
  /** Cases of a scenario that shows a known defect. */
  readonly defectRuns: number;
  /** Scenarios or requirements that are run again by themselves; their results replace those of the whole run. */
  readonly only?: readonly string[];
  /** The Markdown file whose tables are replaced. */
  readonly into?: string;
  /** Whether the subjects are run; otherwise the tables are made from the records that are there. */
  readonly run: boolean;
}

/**
 * Runs every wanted subject whole, runs it again for the known defects, and writes the tables.
 *
 * @returns the exit code
 * @throws {RangeError} when a record or the Markdown file cannot be read
 */
export async function makeMatrix(
  options: MatrixOptions,
  { writeErr }: ConformContext,
): Promise<number> {
  const { names, records, replays, run, into } = options;
  await mkdir(records, { recursive: true });
  const failed: string[] = [];
  if (run)
    for (const name of names.length > 0 ? names : installedSubjects())
      failed.push(...(await runSubject(name, options, writeErr)));
  const found = await readRecords(records);
  if (into !== undefined) await writeTables(found, { path: into, replays });
  if (failed.length > 0) writeErr(`These runs failed: ${failed.join(", ")}\n`);
  return failed.length === 0 ? EXIT_CODES.conformant : EXIT_CODES["harness failed"];
}

/** @returns the runs that failed, with their exit codes */
async function runSubject(
  name: string,
  { records, seed, defectRuns, only: again = [] }: MatrixOptions,
  writeErr: ConformContext["writeErr"],
): Promise<string[]> {
  const failed: string[] = [];
  const run = async (file: string, args: readonly string[]) => {
    const report = ["--report", join(records, file), "--seed", String(seed)];
    const words = ["run", "--subject", name, ...report, ...args];
    const code = await runConformProcess(words);
    writeErr(`\n${words.slice(1, 3).join(" ")}: exit code ${code}\n`);
    if (code === EXIT_CODES.usage || code === EXIT_CODES["harness failed"])
      failed.push(`${name} (${code})`);
  };
  if (again.length > 0) {
    await run(
      `${name}${AGAIN_ENDING}`,
      again.flatMap((scenario) => ["--only", scenario]),
    );
    return failed;
  }
  await run(`${name}.jsonl`, []);
  if (name in REFERENCE_PROGRAMS || failed.length > 0) return failed;
  // A defect that showed needs no second run.
  const shown = foundDefects(
    [(await readRecord(join(records, `${name}.jsonl`))).record],
    KNOWN_DEFECTS,
  );
  const others = KNOWN_DEFECTS.filter((known) => shown.every(({ defect }) => defect !== known));
  const only = new Set(others.flatMap(({ scenarios }) => scenarios));
  if (only.size === 0) return failed;
  const wanted = [...only].flatMap((scenario) => ["--only", scenario]);
  await run(`${name}${DEFECTS_ENDING}`, [...wanted, "--runs", String(defectRuns)]);
  return failed;
}

function installedSubjects(): string[] {
  const known = KNOWN_SUBJECTS.filter((subject) =>
    isInstalled(subject, join(SUBJECTS_DIRECTORY, installedName(subject))),
  );
  return [...Object.keys(REFERENCE_PROGRAMS), ...known.map(({ name }) => name)];
}

/** Runs `mlx-conform` in a process of its own, whose progress is shown. */
function runConformProcess(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const main = moduleBeside("../../main", import.meta.url);
    const command = [...process.execArgv, main, ...args, "--replays", REPLAYS_DIRECTORY];
    const child = spawn(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? EXIT_CODES["harness failed"]));
  });
}

/** In the order in which the subjects are known. */
async function readRecords(directory: string): Promise<NamedRecord[]> {
  const order = [...Object.keys(REFERENCE_PROGRAMS), ...KNOWN_SUBJECTS.map(({ name }) => name)];
  const rank = (file: string) => order.indexOf(basename(file).split(".")[0] ?? "");
  const files = (await readdir(directory)).filter((name) => name.endsWith(".jsonl"));
  const sorted = files.toSorted((one, two) => rank(one) - rank(two) || (one < two ? -1 : 1));
  return Promise.all(sorted.map((name) => readRecord(join(directory, name))));
}

async function writeTables(
  all: readonly NamedRecord[],
  { path, replays }: { readonly path: string; readonly replays: string },
): Promise<void> {
  const whole = all.filter(
    ({ name }) => !name.endsWith(DEFECTS_ENDING) && !name.endsWith(AGAIN_ENDING),
  );
  const found = foundDefects(
    all.map(({ record }) => record),
    KNOWN_DEFECTS,
  );
  const renewed = whole.map(({ record }) => record.header.subject);
  const kept = await keepReplays(found, { directory: replays, renewed });
  const matrix = matrixTable(
    whole.map(({ name, record }) =>
      amendRecord(
        record,
        all.find((other) => other.name === name.replace(/\.jsonl$/, AGAIN_ENDING))?.record,
      ),
    ),
  );
  // Links of a document start at its own folder.
  const linkOf = (one: FoundDefect) =>
    one.replay === undefined
      ? undefined
      : relative(dirname(path), join(replays, replayName(one))).replaceAll(sep, "/");
  const defects = defectTable(kept, KNOWN_DEFECTS, { replayPath: linkOf });
  const text = await readFile(path, "utf8");
  const half = replaceBetween(text, "matrix", { content: matrix });
  await writeFile(path, replaceBetween(half, "defects", { content: defects }));
}

/**
 * Puts a text between the two comments of that name in a Markdown file.
 *
 * @throws {RangeError} when the file does not have the two comments once each, in order
 */
export function replaceBetween(
  text: string,
  name: string,
  options: { readonly content: string },
): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const parts = text.split(begin);
  const [before = "", after = ""] = parts;
  const rest = after.split(end);
  if (parts.length !== 2 || rest.length !== 2)
    throw new RangeError(
      `Cannot find the place for "${name}": the text needs ${begin} and ${end} once`,
    );
  return `${before}${begin}\n\n${options.content}\n\n${end}${rest[1]}`;
}
