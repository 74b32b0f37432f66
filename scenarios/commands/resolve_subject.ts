/**
 * Who is judged by a run: the reference within the workers, or a program.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
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
import type { RunOptions } from "./run_options.ts";

/** Where `npm run subjects` installs, below the working directory. */
export const INSTALLED_UNDER = ".subjects";

/** What the reference claims within one process. */
const PROFILES: readonly Profile[] = ["core", "offline", "interop", "durable", "inference"];

/** Who is judged, and how its workers are started. */
export interface ResolvedSubject {
  readonly name: string;
  readonly version: string;
  readonly profiles: readonly Profile[];
  /** Undefined: it answers for everything. */
  readonly roles?: readonly SubjectRole[];
  /** What it does not do even where nothing goes wrong. */
  readonly limitations?: readonly string[];
  /** What binds its network. */
  readonly network?: string;
  readonly workers: {
    readonly workerArguments?: readonly string[];
    readonly launcher?: readonly string[];
  };
}

/** The reference as a program, with the arguments of its adapter, by the name under which it can be judged. */
export const REFERENCE_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  "reference-process": [],
  "reference-hf-cache": ["--layout", "hf-cache"],
};

/** A runtime's own downloader behind the reference's judgement; the runtime must be installed. */
const DELEGATED_PROGRAMS: Readonly<Record<string, string>> = {
  "delegated-mlx-lm": "mlx-lm",
  "delegated-mlx-swift": "mlx-swift",
};

/** How fast the reference's own clock runs in processes, so that its pauses of minutes take seconds. */
const REFERENCE_CLOCK_SPEED = "10";

/**
 * Calls whom the options name.
 *
 * @returns why it did not come, when it broke the protocol at once
 */
export async function resolveSubject(
  options: Pick<RunOptions, "subject" | "worlds">,
): Promise<ResolvedSubject | { readonly fault: string }> {
  const { subject, worlds } = options;
  const hasProcesses = worlds.includes("process");
  if (!hasProcesses && subject === undefined)
    return { ...reference, profiles: PROFILES, workers: {} };
  if (worlds.some((world) => world !== "process") && subject !== undefined)
    throw new RangeError('Cannot judge a program in another world than "process"');
  if (worlds.length > 1)
    throw new RangeError('Cannot judge in world "process" and in others in one run');
  const program = subject === undefined ? referenceProgram() : findSubject(subject);
  try {
    const { command, env } = program;
    const started = await startProgram(command, { env });
    const { name, version, claims } = started;
    const limitations = await probeProgram(started);
    const { launcher, detail } = await loopbackOnly();
    return {
      name,
      version,
      profiles: claims.profiles ?? ["core"],
      roles: claims.roles,
      network: detail,
      limitations: limitationLines(limitations),
      workers: { workerArguments: [JSON.stringify({ ...program, limitations })], launcher },
    };
  } catch (error) {
    if (!(error instanceof SubjectFault)) throw error;
    return { fault: `${program.command.join(" ")}: ${error.message}` };
  }
}

function limitationLines(limitations: ProgramLimitations | undefined): string[] {
  return limitations?.emptyFiles === true
    ? ["it downloads no file of no bytes: layout/empty_file judges that, and the others do without"]
    : [];
}

/** The program that `--subject` names: the reference by one of its own two names, or what the court finds. */
export function findSubject(text: string): FoundProgram {
  const own = REFERENCE_PROGRAMS[text];
  if (own !== undefined) return referenceProgram(own);
  const runtime = DELEGATED_PROGRAMS[text];
  if (runtime !== undefined)
    return { command: ownProgram("delegated_adapter", ["--by", runtime]), env: {} };
  return findProgram(text, { installedUnder: `${process.cwd()}/${INSTALLED_UNDER}` });
}

function referenceProgram(args: readonly string[] = []): FoundProgram {
  return {
    command: ownProgram("reference_adapter", args),
    env: { MLX_LAYOUT_CLOCK_SPEED: REFERENCE_CLOCK_SPEED },
  };
}

/** A program beside the scenarios, as source or as built. */
function ownProgram(name: string, args: readonly string[]): string[] {
  const ending = import.meta.url.split(".").at(-1);
  const url = new URL(`../reference/${name}.${ending}`, import.meta.url);
  return [process.execPath, fileURLToPath(url), ...args];
}
