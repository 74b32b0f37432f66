/**
 * The work of `mlx-conform judge`: installs a client, runs the suite on it, and adds a row to a history.
 *
 * @module
 */

import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type ClientVersion,
  clientCache,
  clientVersion,
  EXIT_CODES,
  historyRow,
  newestVersion,
  subjectAt,
  tallyText,
  scoreRecord,
  VERSIONED_CLIENTS,
} from "../../../harness/internal.ts";
import { GRADES, type RequirementSet } from "../../../spec/sets/mod.ts";
import { REPLAYS_DIRECTORY } from "../command_defaults.ts";
import type { ConformContext } from "../conform_context.ts";
import { readRecord } from "../records/record_files.ts";
import { runOptions } from "../run/run_options.ts";
import { newestSet } from "../sets/frozen_sets.ts";
import type { JudgeOptions } from "./judge_command.ts";

/**
 * Judges each client in turn, or adds the rows of records.
 *
 * @returns the exit code: 1 where a client could not be installed, started or judged
 * @throws {RangeError} when a client is not known, or a record is not one of a whole run
 */
export async function judgeClients(
  texts: readonly string[],
  options: JudgeOptions,
  context: ConformContext,
): Promise<number> {
  const set = options.set ?? newestSet();
  if (options.fromRecord) {
    for (const path of texts) await addRow(path, { ...options, set }, context);
    return EXIT_CODES.conformant;
  }
  // A name that is not known is found before anything is installed.
  const clients = texts.map(knownClient);
  let exitCode: number = EXIT_CODES.conformant;
  for (const one of clients) {
    const fault = await judgeClient(one, { ...options, set }, context);
    if (fault === "interrupted") return EXIT_CODES.interrupted;
    if (fault === undefined) continue;
    context.writeErr(`mlx-conform: ${one.client.name}: ${fault}\n`);
    exitCode = EXIT_CODES["not conformant"];
  }
  return exitCode;
}

function knownClient(text: string): ClientVersion {
  const found = clientVersion(text);
  if (found !== undefined) return found;
  const names = VERSIONED_CLIENTS.map(({ name }) => name).join(", ");
  throw new RangeError(`Cannot judge "${text}": it is none of ${names}`);
}

/** @returns why it was not judged; undefined where it was */
async function judgeClient(
  { client, version: asked }: ClientVersion,
  options: JudgeOptions & { readonly set: RequirementSet },
  context: ConformContext,
): Promise<string | undefined> {
  const { installSubject } =
    await import("../../../harness/subjects/installing/install_subject.ts");
  const { set, seed, runs, jobs } = options;
  let version: string;
  try {
    version = asked ?? (await newestVersion(client));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const subject = subjectAt(client, version);
  const { outcome, detail } = await installSubject(subject, clientCache(process.env));
  if (outcome === "failed") return `${subject.name} cannot be installed here: ${detail}`;
  const fault = await whyUseless(subject.name);
  if (fault !== undefined) return fault;
  const report = join(options.records, `${subject.name}.jsonl`);
  await mkdir(options.records, { recursive: true });
  const replays = join(REPLAYS_DIRECTORY, subject.name);
  const given = { subject: subject.name, set, seed, runs, jobs, report, replays };
  const { runSubject } = await import("../run/run_subject.ts");
  // What one machine saw before must not count.
  const code = await runSubject(runOptions({ ...given, examples: false, all: false }), context);
  if (code === EXIT_CODES.interrupted) return "interrupted";
  const { record } = await readRecord(report);
  if (record.closing === undefined)
    return `${subject.name} was not judged: the run ended with ${code}`;
  const said = record.header.subject.version;
  if (!saysVersion(said, version))
    return `${subject.name} says that it is ${said}: no row is added`;
  await addRow(report, options, context);
  return undefined;
}

/** Why a run would say nothing of a client: its adapter or its installation does not work here. */
async function whyUseless(name: string): Promise<string | undefined> {
  const { smoke, SUBJECT_LIMITS } = await import("../../../harness/internal.ts");
  const { findSubject } = await import("../resolve_subject.ts");
  const checks = await smoke({ ...findSubject(name), limits: SUBJECT_LIMITS });
  const wrong = checks.find(({ fault }) => fault !== undefined);
  if (wrong === undefined) return undefined;
  return `${name} does not work here, so no run would say anything of it: ${wrong.name}: ${wrong.fault}`;
}

/** Whether what a client says of itself is the version that was installed; it may name its parts too. */
export function saysVersion(said: string, version: string): boolean {
  const plain = (text: string) => text.replace(/^v/, "");
  return plain(said) === plain(version) || plain(said).startsWith(`${plain(version)}+`);
}

async function addRow(
  path: string,
  { history, set }: Pick<JudgeOptions, "history"> & { readonly set: RequirementSet },
  context: ConformContext,
): Promise<void> {
  const { record } = await readRecord(path);
  const row = historyRow(record, set);
  try {
    await mkdir(dirname(history), { recursive: true });
    await appendFile(history, `${JSON.stringify(row)}\n`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot add a row to "${history}": ${why}`, { cause });
  }
  const { grades } = scoreRecord(record, set);
  const shown = GRADES.map((grade) => `${grade} ${tallyText(grades[grade])}`).join("; ");
  context.writeOut(
    `${row.client} ${row.version}: grade ${row.grade} by set ${row.set}; ${shown}; in ${history}\n`,
  );
}
