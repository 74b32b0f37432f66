/**
 * Who is judged by a run: the reference within the workers, or a program.
 *
 * @module
 */

import type { Profile } from "../../spec/mod.ts";
import {
  findProgram,
  type FoundProgram,
  loopbackOnly,
  startProgram,
  SubjectFault,
  type SubjectRole,
} from "../../harness/mod.ts";
import { reference } from "../reference.ts";
import type { RunOptions } from "./run_options.ts";

/** Where `npm run subjects` installs, below the working directory. */
export const INSTALLED_UNDER = ".subjects";

/** What the reference claims within one process. */
const PROFILES: readonly Profile[] = ["core", "offline", "interop", "durable", "inference"];

/** Who is judged, and how its workers are started. */
export interface Accused {
  readonly name: string;
  readonly version: string;
  readonly profiles: readonly Profile[];
  /** Undefined: it answers for everything. */
  readonly roles?: readonly SubjectRole[];
  /** What binds its network. */
  readonly network?: string;
  readonly workers: {
    readonly workerArguments?: readonly string[];
    readonly launcher?: readonly string[];
  };
}

/** How fast the reference's own clock runs in processes, so that its pauses of minutes take seconds. */
const REFERENCE_CLOCK_SPEED = "10";

/**
 * Calls whom the options name.
 *
 * @returns why it did not come, when it broke the protocol at once
 */
export async function summon(
  options: Pick<RunOptions, "subject" | "worlds">,
): Promise<Accused | { readonly fault: string }> {
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
    const { name, version, claims } = await startProgram(command, { env });
    const { launcher, detail } = await loopbackOnly();
    return {
      name,
      version,
      profiles: claims.profiles ?? ["core"],
      roles: claims.roles,
      network: detail,
      workers: { workerArguments: [JSON.stringify(program)], launcher },
    };
  } catch (error) {
    if (!(error instanceof SubjectFault)) throw error;
    return { fault: `${program.command.join(" ")}: ${error.message}` };
  }
}

/** The program that `--subject` names. */
export function findSubject(text: string): FoundProgram {
  return findProgram(text, { installedUnder: `${process.cwd()}/${INSTALLED_UNDER}` });
}

function referenceProgram(): FoundProgram {
  const ending = import.meta.url.split(".").at(-1);
  const url = new URL(`../reference_adapter.${ending}`, import.meta.url);
  return {
    command: [process.execPath, url.pathname],
    env: { MLX_LAYOUT_CLOCK_SPEED: REFERENCE_CLOCK_SPEED },
  };
}
