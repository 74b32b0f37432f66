import { join } from "node:path";
import type { FileSystem, OpenFile } from "../../spec/mod.ts";
import { diskErrorCode, exists } from "../disk/mod.ts";
import { NotApplicable } from "../errors.ts";
import {
  argumentBytes,
  argumentText,
  descriptorPath,
  parseStrace,
  type TracedCall,
} from "./parse_strace.ts";

/** Calls that change a disk in ways that are not replayed. */
const FOREIGN_CALLS = ["copy_file_range", "sendfile", "splice", "?sync_file_range", "syncfs"];
/** The system calls that {@linkcode replayCalls} needs to see; not every architecture has the marked ones. */
const REPLAYED_CALLS = [
  "?open",
  "openat",
  "?openat2",
  "?creat",
  "close",
  "lseek",
  "write",
  "writev",
  "pwrite64",
  "?pwritev",
  "?pwritev2",
  "?truncate",
  "ftruncate",
  "fallocate",
  "?rename",
  "?renameat",
  "?renameat2",
  "?link",
  "linkat",
  "?symlink",
  "symlinkat",
  "?unlink",
  "unlinkat",
  "?rmdir",
  "?mkdir",
  "mkdirat",
  "fsync",
  "fdatasync",
  ...FOREIGN_CALLS,
].join(",");

/** Options of strace with which its log says what {@linkcode replayCalls} wants to know, each written byte included. */
export const RECORDING_OPTIONS = [
  "-y",
  "-ttt",
  "-s",
  "67108864",
  "-e",
  `trace=${REPLAYED_CALLS}`,
] as const;

/** What of a log is replayed. */
export interface ReplayCallsOptions {
  /** Calls that began earlier do not count, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Decides by its absolute path whether a file is part of the recording. */
  readonly isWatched: (path: string) => boolean;
}

/**
 * Does again on a disk what a log of strace says that a program did on its own.
 *
 * A sync takes effect where it began: what another thread did while it ran may have come too late for it. One in whose place strace
 * answered took none.
 *
 * @param files the disk as it was before the first of the calls
 * @throws {NotApplicable} when the program writes in a way that is not replayed, or that its log does not tell
 */
export async function replayCalls(
  files: FileSystem,
  log: string,
  options: ReplayCallsOptions,
): Promise<void> {
  const replay = new Replay(files, options.isWatched);
  const calls = parseStrace(log)
    .filter(({ timeMs, result }) => timeMs >= options.sinceMs && !result.startsWith("-"))
    .toSorted((one, other) => orderOf(one) - orderOf(other));
  for (const call of calls) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as they were made
      await replay.apply(call);
    } catch (error) {
      // What the system did and this disk refuses came after a call that could not be followed, such as one of a relative path.
      const code = diskErrorCode(error);
      throw code === undefined ? error : notReplayed(`${call.name} ends with ${code} here`);
    }
  }
  await replay.end();
}

function isSyncCall({ name }: TracedCall): boolean {
  return name === "fsync" || name === "fdatasync";
}

function orderOf(call: TracedCall): number {
  return isSyncCall(call) ? call.lines.begin : call.lines.end;
}

/** An open file, as the program has it. */
interface Held {
  readonly file: OpenFile;
  readonly isAppending: boolean;
  /** Where a write without a position goes; undefined where reads that are not seen have moved it. */
  position: number | undefined;
}

class Replay {
  readonly #files: FileSystem;
  readonly #isWatched: (path: string) => boolean;
  readonly #held = new Map<number, Held>();

  constructor(files: FileSystem, isWatched: (path: string) => boolean) {
    this.#files = files;
    this.#isWatched = isWatched;
  }

  async apply(call: TracedCall): Promise<void> {
    const { name, args } = call;
    if (name.startsWith("open") || name === "creat") return this.#open(call);
    if (name === "close") return this.#close(Number.parseInt(args[0] ?? "", 10));
    const path = descriptorPath(args[0]);
    if (path !== undefined && /^(?:p?write|lseek|f)|^(?:copy|send|splice|sync)/.test(name)) {
      const paths = [path, descriptorPath(args[2])];
      if (paths.some((one) => one !== undefined && this.#isWatched(one)))
        await this.#change(call, path);
      return;
    }
    await this.#rename(call);
  }

  async end(): Promise<void> {
    for (const fd of this.#held.keys()) await this.#close(fd);
  }

  async #open({ name, args, result }: TracedCall): Promise<void> {
    const path = descriptorPath(result);
    const flags =
      name === "creat"
        ? "O_WRONLY|O_CREAT|O_TRUNC"
        : (args.find((one) => /^(?:\{flags=)?O_/.test(one)) ?? "");
    if (path === undefined || !this.#isWatched(path)) return;
    if (!/O_WRONLY|O_RDWR/.test(flags)) return;
    if (flags.includes("O_TMPFILE")) throw notReplayed("open with O_TMPFILE");
    const isNew = !(await exists(this.#files, path));
    const file = await this.#files.open(path, isNew ? "wx" : "r+");
    if (flags.includes("O_TRUNC") && !isNew) await file.truncate(0);
    const isAppending = flags.includes("O_APPEND");
    const canHaveRead = flags.includes("O_RDWR") && !isNew && !flags.includes("O_TRUNC");
    const position = canHaveRead ? undefined : 0;
    this.#held.set(Number.parseInt(result, 10), { file, isAppending, position });
  }

  async #close(fd: number): Promise<void> {
    await this.#held.get(fd)?.file.close();
    this.#held.delete(fd);
  }

  async #change(call: TracedCall, path: string): Promise<void> {
    const { name, args, result, isInjected } = call;
    if (isSyncCall(call)) return isInjected ? undefined : this.#sync(call, path);
    const held = this.#held.get(Number.parseInt(args[0] ?? "", 10));
    // A file that is only read, as one that is hashed before its rename, may be read from any place.
    if (held === undefined && name === "lseek") return;
    if (held === undefined || FOREIGN_CALLS.some((one) => one.replace("?", "") === name))
      throw notReplayed(name);
    if (name === "lseek") {
      held.position = Number(result);
    } else if (name === "ftruncate") {
      await held.file.truncate(Number(args[1]));
    } else if (name === "fallocate") {
      const end = Number(args[2]) + Number(args[3]);
      if (args[1] !== "0") throw notReplayed(`${name} with ${args[1]}`);
      if (end > (await held.file.stat()).sizeBytes) await held.file.truncate(end);
    } else await write(held, call);
  }

  async #sync({ args }: TracedCall, path: string): Promise<void> {
    const held = this.#held.get(Number.parseInt(args[0] ?? "", 10));
    if (held !== undefined) return held.file.sync();
    const { kind } = await this.#files.stat(path);
    if (kind === "directory") return this.#files.syncDirectory(path);
    // A file that was opened for reading alone may be synced too.
    const file = await this.#files.open(path, "r");
    await file.sync();
    await file.close();
  }

  /** Changes of directories. */
  async #rename({ name, args }: TracedCall): Promise<void> {
    const files = this.#files;
    const paths = pathsOf(args);
    const [first, second] = paths;
    if (first === undefined || !paths.some((path) => this.#isWatched(path))) return;
    if (name.startsWith("mkdir")) return files.mkdir(first);
    if (name === "rmdir" || args.includes("AT_REMOVEDIR")) return files.rmdir(first);
    if (name.startsWith("unlink")) return files.unlink(first);
    if (name.startsWith("symlink")) {
      const [text] = args.map(argumentText);
      return files.symlink(text ?? "", paths.at(-1) ?? "");
    }
    if (name === "truncate") {
      const file = await files.open(first, "r+");
      await file.truncate(Number(args[1]));
      return file.close();
    }
    if (second === undefined) throw notReplayed(name);
    if (name.startsWith("link")) return files.link(first, second);
    if (name.startsWith("rename") && !args.includes("RENAME_EXCHANGE"))
      return files.rename(first, second);
    throw notReplayed(name);
  }
}

/** Bytes as a call names them, as far as the system took them. */
async function write(held: Held, { name, args, result }: TracedCall): Promise<void> {
  const parts =
    argumentBytes(args[1]) ??
    Buffer.concat(
      [...(args[1] ?? "").matchAll(/iov_base=("(?:[^"\\]|\\.)*")/gs)].map(
        ([, text]) => argumentBytes(text) ?? Buffer.alloc(0),
      ),
    );
  const bytes = parts.subarray(0, Number(result));
  if (name.startsWith("pwrite")) return held.file.write(bytes, Number(args[3]));
  const position = held.isAppending ? (await held.file.stat()).sizeBytes : held.position;
  if (position === undefined) throw notReplayed(`${name} at a place that is not known`);
  await held.file.write(bytes, position);
  held.position = position + bytes.length;
}

/** The absolute paths that a call names, each relative one below the directory that is named before it. */
function pathsOf(args: readonly string[]): string[] {
  return args.flatMap((argument, at) => {
    const text = argumentText(argument);
    if (text === undefined) return [];
    if (text.startsWith("/")) return [join(text, ".")];
    const directory = descriptorPath(args[at - 1]);
    return directory === undefined ? [] : [join(directory, text)];
  });
}

function notReplayed(what: string): NotApplicable {
  return new NotApplicable(`it writes in a way that cannot be replayed: ${what}`, {
    isLasting: true,
  });
}
