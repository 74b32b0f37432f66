/**
 * `npm run matrix [-- NAME…]`: judges every installed client whole, looks harder for the defects that clients are known for, and
 * writes the tables of the README.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import {
  defectTable,
  EXIT_CODES,
  type FoundDefect,
  foundDefects,
  installedName,
  isInstalled,
  KNOWN_SUBJECTS,
  matrixTable,
  type NamedRecord,
} from "../../../harness/internal.ts";
import { readRecord } from "../record_files.ts";
import { INSTALLED_UNDER, REFERENCE_PROGRAMS } from "../resolve_subject.ts";
import { KNOWN_DEFECTS } from "./known_defects.ts";
import { replaceBetween } from "./replace_between.ts";

/** Where replays of the defects are kept. */
const REPLAYS = "harness/subjects/replays";
const CONFORM = fileURLToPath(new URL("../../main.ts", import.meta.url));
/** Marks the records of the second, harder look. */
const DEFECTS_ENDING = ".defects.jsonl";

interface MatrixOptions {
  readonly names: readonly string[];
  readonly records: string;
  readonly seed: string;
  readonly defectRuns: string;
  readonly into?: string;
  readonly run: boolean;
}

const options = parse(process.argv.slice(2));
process.exitCode = typeof options === "number" ? options : await main(options);

function parse(args: readonly string[]): MatrixOptions | number {
  const program = new Command("npm run matrix --")
    .description("Judge the clients that are installed, and write what came of it.")
    .argument("[names...]", "of subjects (default: the reference's two and every installed one)")
    .option("--records <directory>", "where the records are", ".mlx-conform/matrix")
    .option("--seed <seed>", "of the runs", "1")
    .option("--defect-runs <count>", "as --runs of a run, for the known defects", "500")
    .option("--into <file>", "a Markdown file whose tables are replaced")
    .option("--no-run", "make the tables of the records that are there")
    .addHelpText("after", "\nExit codes: 0 done, 2 wrong usage, 4 a run failed.")
    .exitOverride();
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
  }
  return { ...program.opts<Omit<MatrixOptions, "names">>(), names: program.args };
}

async function main({
  names,
  records,
  seed,
  defectRuns,
  into,
  run,
}: MatrixOptions): Promise<number> {
  await mkdir(records, { recursive: true });
  const failed: string[] = [];
  if (run) {
    const judge = async (name: string, file: string, args: readonly string[]) => {
      const report = ["--report", join(records, file), "--seed", seed];
      const code = await conform(["run", "--subject", name, ...report, ...args]);
      if (code === EXIT_CODES.usage || code === EXIT_CODES["harness failed"])
        failed.push(`${name} (${code})`);
    };
    for (const name of names.length > 0 ? names : installedSubjects()) {
      await judge(name, `${name}.jsonl`, []);
      if (name in REFERENCE_PROGRAMS) continue;
      const only = KNOWN_DEFECTS.flatMap(({ scenarios }) => scenarios);
      const wanted = [...new Set(only)].flatMap((scenario) => ["--only", scenario]);
      await judge(name, `${name}${DEFECTS_ENDING}`, [...wanted, "--runs", defectRuns]);
    }
  }
  const found = await readRecords(records);
  if (into !== undefined) await writeTables(found, into);
  if (failed.length > 0) process.stderr.write(`These runs failed: ${failed.join(", ")}\n`);
  return failed.length === 0 ? 0 : EXIT_CODES["harness failed"];
}

function installedSubjects(): string[] {
  const known = KNOWN_SUBJECTS.filter((subject) =>
    isInstalled(subject, join(INSTALLED_UNDER, installedName(subject))),
  );
  return [...Object.keys(REFERENCE_PROGRAMS), ...known.map(({ name }) => name)];
}

/** Runs `mlx-conform`, and shows on the error output how it goes on. */
function conform(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const command = [...process.execArgv, CONFORM, ...args, "--replays", ".mlx-conform/replays"];
    const child = spawn(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => {
      process.stderr.write(`\n${args.slice(1, 3).join(" ")}: exit code ${code}\n`);
      resolve(code ?? EXIT_CODES["harness failed"]);
    });
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

async function writeTables(all: readonly NamedRecord[], path: string): Promise<void> {
  const whole = all.filter(({ name }) => !name.endsWith(DEFECTS_ENDING));
  const found = foundDefects(
    all.map(({ record }) => record),
    KNOWN_DEFECTS,
  );
  if (existsSync(REPLAYS)) await rm(REPLAYS, { recursive: true });
  await mkdir(REPLAYS, { recursive: true });
  for (const one of found)
    if (one.replay !== undefined) await writeFile(replayPath(one) ?? "", one.replay.content);
  const matrix = matrixTable(whole.map(({ record }) => record));
  const defects = defectTable(found, KNOWN_DEFECTS, { replayPath });
  const text = await readFile(path, "utf8");
  const half = replaceBetween(text, "matrix", { content: matrix });
  await writeFile(path, replaceBetween(half, "defects", { content: defects }));
}

function replayPath({ defect, subject, replay }: FoundDefect): string | undefined {
  if (replay === undefined) return undefined;
  const name = `${subject.name}_${subject.version}`.replaceAll(/[^\w.]/g, "_");
  return `${REPLAYS}/${defect.name}.${name}.json`;
}
