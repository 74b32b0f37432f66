/**
 * The subject of a run: the reference within the workers, or a program.
 *
 * @module
 */

import type { Profile } from "../../spec/mod.ts";
import {
  findProgram,
  type FoundProgram,
  loopbackOnly,
  type ProgramLimitations,
  probeProgram,
  type SubjectRole,
} from "../../harness/internal.ts";
import { startProgram, SubjectFault } from "../../harness/mod.ts";
import { reference } from "../reference/reference.ts";
import { referenceProgram } from "../reference/reference_program.ts";
import { SUBJECTS_DIRECTORY } from "./command_defaults.ts";
import { moduleBeside } from "./module_beside.ts";
import { DELEGATED_PROGRAMS, REFERENCE_PROGRAMS } from "./own_programs.ts";
import type { RunOptions } from "./run/run_options.ts";

/** What the reference claims within one process. */
const PROFILES: readonly Profile[] = [
  "core",
  "offline",
  "environment",
  "interop",
  "durable",
  "verdicts",
  "places",
  "commands",
  "serving",
  "inference",
];

/** How quick a program was when it was started, in milliseconds. */
export interface SubjectPace {
  readonly helloMs: number;
  /** A start with a plain download; undefined where it does not download. */
  readonly downloadMs?: number;
}

/** The subject of a run, and how its workers are started. */
export interface ResolvedSubject {
  readonly name: string;
  readonly version: string;
  readonly profiles: readonly Profile[];
  /** Undefined: it answers for everything. */
  readonly roles?: readonly SubjectRole[];
  /** What it does not do even where nothing goes wrong. */
  readonly limitations?: readonly string[];
  /** What restricts its network. */
  readonly network?: string;
  readonly pace?: SubjectPace;
  readonly workers: {
    readonly workerArguments?: readonly string[];
    readonly launcher?: readonly string[];
    readonly isSealed?: boolean;
  };
}

const DELEGATED_ADAPTER = moduleBeside("../reference/delegated_adapter", import.meta.url);

/**
 * Finds the subject that the options name, and starts it once to ask what it claims.
 *
 * @returns why it did not start, when it broke the protocol at once
 * @throws {RangeError} when the subject and the worlds do not go together
 */
export async function resolveSubject(
  options: Pick<RunOptions, "subject" | "worlds">,
): Promise<ResolvedSubject | { readonly fault: string }> {
  const { subject, worlds } = options;
  const hasProcesses = worlds.includes("process");
  if (!hasProcesses && subject === undefined)
    return { ...reference, profiles: PROFILES, workers: {} };
  if (worlds.some((world) => world !== "process") && subject !== undefined)
    throw new RangeError('A program can be tested in world "process" only');
  if (worlds.length > 1)
    throw new RangeError('World "process" cannot be combined with others in one run');
  const program = subject === undefined ? referenceProgram() : findSubject(subject);
  try {
    const { command, env } = program;
    const { launcher, inThisNetwork, detail, isSealed } = await loopbackOnly();
    const beganMs = performance.now();
    // It runs beside the process that writes the record, which it must not reach.
    const started = await startProgram([...inThisNetwork, ...command], { env });
    const helloMs = performance.now() - beganMs;
    const { name, version, claims } = started;
    const limitations = await probeProgram(started);
    const probedMs = performance.now() - beganMs - helloMs;
    return {
      name,
      version,
      profiles: claims.profiles ?? ["core"],
      roles: claims.roles,
      network: detail,
      limitations: limitationLines(limitations),
      // The probe downloads twice.
      pace: limitations === undefined ? { helloMs } : { helloMs, downloadMs: probedMs / 2 },
      workers: {
        workerArguments: [JSON.stringify({ ...program, limitations })],
        launcher,
        isSealed,
      },
    };
  } catch (error) {
    if (!(error instanceof SubjectFault)) throw error;
    return { fault: `${program.command.join(" ")}: ${error.message}` };
  }
}

function limitationLines(limitations: ProgramLimitations | undefined): string[] {
  return limitations?.emptyFiles === true
    ? ["it does not download empty files: layout/empty_file judges that, and the others do without"]
    : [];
}

/** The program that `--subject` names: the reference by one of its own two names, or what the harness finds. */
export function findSubject(text: string): FoundProgram {
  const own = REFERENCE_PROGRAMS[text];
  if (own !== undefined) return referenceProgram(own);
  const runtime = DELEGATED_PROGRAMS[text];
  if (runtime !== undefined)
    return {
      command: [process.execPath, DELEGATED_ADAPTER, "--by", runtime],
      env: {},
    };
  return findProgram(text, { installedUnder: `${process.cwd()}/${SUBJECTS_DIRECTORY}` });
}
