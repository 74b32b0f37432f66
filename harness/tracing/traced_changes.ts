import { touchedPaths } from "./note_calls.ts";
import { descriptorPath, parseStrace, type TracedCall } from "./parse_strace.ts";

/** A change of a file that a program made, with success. */
export interface TracedChange {
  /** When it began, in milliseconds since 1970. */
  readonly atMs: number;
  /** The call, as it is named by the system, or `open` of a file for writing. */
  readonly operation: string;
  /** The absolute paths that it names. */
  readonly paths: readonly string[];
  /** Bytes that it wrote. */
  readonly sizeBytes?: number;
}

/** The system calls that change files; not every architecture has the marked ones. */
const CHANGING_CALLS = [
  "?open",
  "openat",
  "?creat",
  "write",
  "pwrite64",
  "writev",
  "?pwritev",
  "?truncate",
  "ftruncate",
  "fallocate",
  "?mkdir",
  "mkdirat",
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
].join(",");

/** Options of strace with which its log says what {@linkcode tracedChanges} wants to know. */
export const CHANGES_OPTIONS = [
  "-y",
  "-ttt",
  "-s",
  "512",
  "-e",
  `trace=${CHANGING_CALLS}`,
] as const;

/** The changes of files that a log of strace shows, in the order in which they began. */
export function tracedChanges(
  log: string,
  options: { readonly sinceMs: number; readonly isWatched: (path: string) => boolean },
): TracedChange[] {
  return parseStrace(log)
    .filter(({ timeMs, result }) => timeMs >= options.sinceMs && !result.startsWith("-"))
    .flatMap((call) => changeOf(call, options.isWatched) ?? [])
    .toSorted((one, other) => one.atMs - other.atMs);
}

function changeOf(
  call: TracedCall,
  isWatched: (path: string) => boolean,
): TracedChange | undefined {
  const { name, args, result, timeMs: atMs } = call;
  if (name.startsWith("open") || name === "creat") {
    const path = descriptorPath(result);
    const isForWriting = name === "creat" || args.some((one) => /O_WRONLY|O_RDWR/.test(one));
    if (path === undefined || !isForWriting || !isWatched(path)) return undefined;
    return { atMs, operation: "open", paths: [path] };
  }
  if (/^p?read/.test(name)) return undefined;
  const paths = touchedPaths(call).filter(isWatched);
  if (paths.length === 0) return undefined;
  const operation = name.replace(/(?:at|at2|64|v)$/, "");
  return /^p?write/.test(name)
    ? { atMs, operation: "write", paths, sizeBytes: Number(result) }
    : { atMs, operation, paths };
}
