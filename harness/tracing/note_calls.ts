import { join } from "node:path";
import type { Observation } from "./observation.ts";
import { argumentText, descriptorPath, parseStrace, type TracedCall } from "./parse_strace.ts";

/** What is looked for in a log. */
export interface NoteCallsOptions {
  /** Calls that began earlier do not count, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Decides by its absolute path whether a file is looked at. */
  readonly isWatched: (path: string) => boolean;
  /** Ports on loopback at which others than the program listen. */
  readonly ports: readonly number[];
}

/** The system calls that {@linkcode noteCalls} understands; not every architecture has the marked ones. */
export const NOTED_CALLS = [
  "?open",
  "openat",
  "?openat2",
  "?creat",
  "read",
  "pread64",
  "readv",
  "?preadv",
  "?preadv2",
  "write",
  "pwrite64",
  "writev",
  "?pwritev",
  "?pwritev2",
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
  "connect",
  "sendto",
  "execve",
  "?execveat",
].join(",");

/** Options of strace with which its log says what {@linkcode noteCalls} wants to know. */
export const NOTING_OPTIONS = ["-y", "-ttt", "-s", "512", "-e", `trace=${NOTED_CALLS}`] as const;

/** Notes what a log of strace shows; see {@linkcode NOTING_OPTIONS}. */
export function noteCalls(log: string, seen: Observation, options: NoteCallsOptions): void {
  for (const call of parseStrace(log)) {
    if (call.timeMs < options.sinceMs) continue;
    if (call.name === "connect" || call.name === "sendto") {
      // A connection counts whether or not it came about.
      const address = addressOf(call);
      if (address !== undefined && !isOwn(address, options.ports))
        seen.requests.push(`${address.host}:${address.port}`);
    } else if (!call.result.startsWith("-")) noteCall(call, seen, options);
  }
}

function noteCall(call: TracedCall, seen: Observation, options: NoteCallsOptions): void {
  const { name, args, result } = call;
  if (name === "execve" || name === "execveat") {
    seen.executed.push(commandOf(call));
    return;
  }
  if (name.startsWith("open") || name === "creat") {
    const path = descriptorPath(result);
    if (path !== undefined && options.isWatched(path)) noteOpen(call, path, seen);
    return;
  }
  for (const path of touchedPaths(call).filter(options.isWatched)) {
    if (/^p?read/.test(name)) seen.reads.push({ path, sizeBytes: sizeOf(args) });
    else seen.changes.push({ operation: name, path });
  }
}

/** Directories are not files, and a file that is only pointed at is not opened. */
function noteOpen({ name, args }: TracedCall, path: string, seen: Observation): void {
  const flags = name === "creat" ? "O_WRONLY|O_CREAT|O_TRUNC" : (args.find(isFlags) ?? "");
  if (/O_DIRECTORY|O_PATH/.test(flags)) return;
  seen.opened.push({ path, isForWriting: /O_WRONLY|O_RDWR/.test(flags) });
  // Whether a call that may create a file has done so, it does not say; one that must, does.
  if (/O_TRUNC|O_EXCL|O_TMPFILE/.test(flags)) seen.changes.push({ operation: name, path });
}

function isFlags(argument: string): boolean {
  return /^(?:\{flags=)?O_/.test(argument);
}

/** The paths that a call touches: the descriptor's, or those that a call names; a relative one without its directory is not to be placed. */
export function touchedPaths({ name, args }: TracedCall): string[] {
  const isOfDescriptor = /^(?:p?read|p?write|ftruncate|fallocate)/.test(name);
  const paths = isOfDescriptor
    ? [descriptorPath(args[0])]
    : args.map((argument, at) => placed(argumentText(argument), descriptorPath(args[at - 1])));
  // The text of a symbolic link touches nothing.
  return (name.startsWith("symlink") ? paths.slice(1) : paths).filter((path) => path !== undefined);
}

function placed(text: string | undefined, directory: string | undefined): string | undefined {
  if (text === undefined || text.startsWith("/")) return text;
  return directory === undefined ? undefined : join(directory, text);
}

/** How many bytes a read asks for: one buffer's size, or that of several. */
function sizeOf(args: readonly string[]): number {
  const sizes = [...(args[1] ?? "").matchAll(/iov_len=(\d+)/g)].map(([, size]) => Number(size));
  return sizes.length > 0 ? sizes.reduce((sum, size) => sum + size, 0) : Number(args[2] ?? 0);
}

function commandOf({ name, args }: TracedCall): string[] {
  const from = name === "execve" ? 0 : 1;
  const program = argumentText(args[from]) ?? "";
  const given = [...(args[from + 1] ?? "").matchAll(/"(?:[^"\\]|\\.)*"/gs)];
  return [program, ...given.slice(1).map(([text]) => argumentText(text) ?? "")];
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function addressOf({ args }: TracedCall): Address | undefined {
  const text = args.find((argument) => /^\{sa_family=AF_INET6?,/.test(argument));
  if (text === undefined) return undefined;
  const [, port = "0"] = /sin6?_port=htons\((\d+)\)/.exec(text) ?? [];
  const [, host = ""] = /inet_(?:addr\(|pton\(AF_INET6, )"([^"]*)"/.exec(text) ?? [];
  return { host, port: Number(port) };
}

/** What a program says to itself on loopback goes nowhere. */
function isOwn({ host, port }: Address, ports: readonly number[]): boolean {
  return /^(?:127\.|::1$|::ffff:127\.)/.test(host) && !ports.includes(port);
}
