import { execFile } from "node:child_process";
import { chmod } from "node:fs/promises";
import { promisify } from "node:util";
import type { GuardedFilesOptions } from "../../disk/wrappers/guarded_files.ts";
import { NotApplicable } from "../../errors.ts";

/** What a process of a program is kept from by the system. */
export interface ProgramBounds {
  readonly guarded?: GuardedFilesOptions | undefined;
  /** Largest file that it may write. */
  readonly fileBytesMax?: number | undefined;
}

/** The unit of a limit on the size of files, in bytes, by POSIX. */
const LIMIT_UNIT_BYTES = 512;
/** A signal would end who writes too much; ignored, the write fails with EFBIG. */
const LIMIT = 'trap "" XFSZ; ulimit -f "$1" && shift && exec "$@"';
/** In a namespace of its own: nobody else sees the mount, and it goes with its last process. */
const READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
/** What lets an administrator pass over permissions. */
const OVERRIDES = "-dac_override,-dac_read_search";
const MODES = { "read-only": undefined, locked: 0o555, closed: 0o000 } as const;
const USUAL_MODE = 0o755;

const run = promisify(execFile);

/** The command line before a program that keeps it within its bounds. */
export function boundsLauncher({ guarded, fileBytesMax }: ProgramBounds): string[] {
  return [
    ...(guarded === undefined ? [] : guardLauncher(guarded)),
    ...(fileBytesMax === undefined
      ? []
      : ["sh", "-c", LIMIT, "sh", String(Math.floor(fileBytesMax / LIMIT_UNIT_BYTES))]),
  ];
}

/**
 * Carries out what a guarded process is asked for, with the directory's mode as the guard wants it meanwhile.
 *
 * @throws {NotApplicable} when this system would not keep the process from the directory
 */
export async function whileGuarded<T>(
  guarded: GuardedFilesOptions | undefined,
  action: () => Promise<T>,
): Promise<T> {
  const mode = guarded === undefined ? undefined : MODES[guarded.how];
  if (guarded === undefined) return action();
  const { directory } = guarded;
  if (mode !== undefined) await chmod(directory, mode);
  try {
    await assertKept(guarded);
    return await action();
  } finally {
    if (mode !== undefined) await chmod(directory, USUAL_MODE);
  }
}

function guardLauncher({ directory, how }: GuardedFilesOptions): string[] {
  if (how === "read-only") return ["unshare", "-m", "sh", "-c", READ_ONLY, "sh", directory];
  const isAdministrator = process.getuid?.() === 0;
  return isAdministrator ? ["setpriv", "--bounding-set", OVERRIDES, "--inh-caps", "-all"] : [];
}

/** Whether it may write there is asked of the system, from within the same bounds. */
async function assertKept(guarded: GuardedFilesOptions): Promise<void> {
  const { directory, how } = guarded;
  const command = [...guardLauncher(guarded), "sh", "-c", 'if test -w "$0"; then echo open; fi'];
  const [program = "", ...args] = command;
  try {
    const { stdout } = await run(program, [...args, directory]);
    if (stdout === "") return;
  } catch (error) {
    const why = error instanceof Error ? (error.message.trim().split("\n").at(-1) ?? "") : "";
    throw new NotApplicable(`no directory can be made ${how} for a program here: ${why}`);
  }
  throw new NotApplicable(`no directory can be made ${how} here: permissions do not bind`);
}
