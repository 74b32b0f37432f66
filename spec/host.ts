/**
 * The ports through which an implementation reaches the outside world.
 *
 * A host alone decides which disk, hub, clock and process table the code runs on, so the same code
 * runs in memory and on a real disk.
 *
 * @module
 */

/** What kind of directory entry a path names. */
export type EntryKind = "file" | "directory" | "link" | "other";

/** Facts about a directory entry, as `stat` and `lstat` report them. */
export interface FileStat {
  /** What the entry is. */
  readonly kind: EntryKind;
  /** Bytes of its data. */
  readonly sizeBytes: number;
  /** Bytes that the volume really holds; 0 for a file whose data was evicted to the cloud. */
  readonly allocatedBytes: number;
  /** Time of the last change of the data, in milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Time of the last reading of the data, where the volume notes it. */
  readonly accessedMs?: number;
  /** Identity of the data: equal for two names of one file. */
  readonly inode: string;
  /** How many names this data has. */
  readonly linkCount: number;
  /** Identity of the volume; entries of two volumes never have one data. Absent where it is not known. */
  readonly volume?: string;
}

/** What a file is opened for: `r` to read, `r+` to change, `wx` to create; `wx` fails when the name is taken. */
export type OpenMode = "r" | "r+" | "wx";

/** An open file. Positions are bytes from the start; there is no file cursor. */
export interface OpenFile {
  /**
   * How many bytes are read, written or asked of the hub at a time, at most: a world sets it low, so that small files have
   * many pieces. A multiple of 8. @default {the implementation's own number}
   */
  readonly pieceBytes?: number | undefined;
  /** Fills `buffer` from `position` and returns how many bytes were read; 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Writes all of `data` at `position`. */
  write(data: Uint8Array, position: number): Promise<void>;
  /** Cuts the file, or extends it with zeros, to `sizeBytes`. */
  truncate(sizeBytes: number): Promise<void>;
  /** Makes data and size durable. */
  sync(): Promise<void>;
  /** Facts about the open file, whatever its name is by now. */
  stat(): Promise<FileStat>;
  /** Closes it; nothing else may be called afterwards. */
  close(): Promise<void>;
}

/**
 * A disk. Failures are `Error`s with the operating system's `code` (`ENOENT`, `ENOSPC`, …).
 *
 * Paths are absolute and use the separator of the host.
 */
export interface FileSystem {
  /**
   * Opens a regular file. A link at the end of the path is not followed (`ELOOP`); a FIFO, a socket or a device is refused
   * at once (`ENXIO`), without waiting for its other end.
   */
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** Makes one directory; fails with `EEXIST` when the name is taken. */
  mkdir(path: string): Promise<void>;
  /** The names in a directory, in no promised order. */
  readdir(path: string): Promise<string[]>;
  /** Facts about what a path leads to; follows links. */
  stat(path: string): Promise<FileStat>;
  /** Facts about an entry itself; does not follow a link at the end of the path. */
  lstat(path: string): Promise<FileStat>;
  /** The text that a symbolic link holds. */
  readlink(path: string): Promise<string>;
  /** The path without any link in it. */
  realpath(path: string): Promise<string>;
  /** Replaces a file at `target` in one step; source and target lie on one volume. */
  rename(source: string, target: string): Promise<void>;
  /** Gives an existing file a second name. */
  link(source: string, target: string): Promise<void>;
  /**
   * Makes a new file at `target` with the data of the file `source`, which the volume keeps once until one of the two changes. Fails
   * where the volume cannot, and leaves nothing then. Absent where there is no such call.
   */
  readonly clone?: (source: string, target: string) => Promise<void>;
  /** Makes a symbolic link at `path` that holds the text `destination`. */
  symlink(destination: string, path: string): Promise<void>;
  /** Removes a file's or a link's name. */
  unlink(path: string): Promise<void>;
  /** Removes an empty directory. */
  rmdir(path: string): Promise<void>;
  /** Makes the entries of a directory durable. */
  syncDirectory(path: string): Promise<void>;
  /** Bytes that may still be written below `path`. */
  availableBytes(path: string): Promise<number>;
}

/** One HTTP request. Redirects are never followed by the port. */
export interface HttpRequest {
  /** The request's method. */
  readonly method: "GET" | "HEAD";
  /** The request's headers, by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Address of a proxy to go through; absent: go directly. */
  readonly proxy?: string;
  /** Absolute path of a file of certificates (PEM) that are trusted beside the known ones. */
  readonly certificates?: string;
  /** Cancels the request and the reading of its body. */
  readonly signal?: AbortSignal;
}

/** One HTTP response; a `Response` of the platform's `fetch` is one. */
export interface HttpResponse {
  /** The status code, such as 206. */
  readonly status: number;
  /** The response's headers; a name's case does not matter. */
  readonly headers: { get(name: string): string | null };
  /** The decoded body; reading it rejects when the connection breaks. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Sends one request. Rejects when no response came. */
export type Fetch = (url: string, request: HttpRequest) => Promise<HttpResponse>;

/** Time. */
export interface Clock {
  /** Milliseconds since 1970; it jumps when the clock is set. */
  now(): number;
  /** Milliseconds since some moment; never jumps. @default {`now()`} */
  elapsedMs?(): number;
  /** Resolves after `durationMs`; rejects with the signal's reason when it is aborted first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** Gives a random number in [0, 1), for temporary names and for jitter. */
export type Random = () => number;

/** Which processes are running: distinguishes the lock of a dead process from that of a living one. */
export interface ProcessTable {
  /**
   * Identity of the table: one boot of one machine, and in it one namespace of process numbers. Only processes with
   * equal ones see each other; a host name does not do, since two containers may have the same.
   */
  readonly machine: string;
  /** This process's number in the table. */
  readonly pid: number;
  /** When this process began, in the table's own terms: distinguishes it from a later one with its number; empty where unknown. */
  readonly started: string;
  /** Whether the process with this number, begun at this time, is in the table; an empty time fits any. */
  isAlive(pid: number, started?: string): boolean;
}

/** The process that another one waits for. */
export interface LockHolder {
  /** Its number, where it runs in the same process table. */
  readonly pid: number | undefined;
  /** What it does: `download`, `remove`, `migrate` or `share`; undefined where it did not note it. */
  readonly purpose: string | undefined;
  /** For how long it has shown that it works, in milliseconds. */
  readonly heldMs: number;
}

/** How a program ended; exactly one of the two is defined. */
export interface ProcessEnd {
  /** The code that it returned. */
  readonly exitCode: number | undefined;
  /** The signal that killed it, such as `SIGKILL`. */
  readonly signal: string | undefined;
}

/** A running program and everything that it starts. */
export interface ChildProcess {
  /** Its number on this machine. */
  readonly pid: number;
  /** Its output, in pieces; ends when the program ends. Nothing is read ahead of the consumer. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Its error output, in pieces. */
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Resolves when it has ended. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Sends text to its input; rejects when it no longer reads. */
  write(text: string): Promise<void>;
  /** Ends its input. */
  endInput(): void;
  /** Kills it and every program that it started, at once. */
  kill(): void;
  /** Bytes of memory that it and what it started hold; undefined where that is not known. */
  memoryBytes(): Promise<number | undefined>;
}

/** How a program is started. */
export interface SpawnOptions {
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Starts programs. */
export interface ProgramStarter {
  /** The operating system as Node names it, such as `darwin`. */
  readonly platform: string;
  /** The processor as Node names it, such as `arm64`. */
  readonly processor: string;
  /** The command line before a JavaScript module that is to run in a program of its own. */
  readonly node: readonly string[];
  /** Starts a program by its command line, without a shell. Rejects when it cannot be started. */
  spawn(command: readonly string[], options: SpawnOptions): Promise<ChildProcess>;
}

/** How much a computation inside this process takes; a world sets it low or high, so that small models are divided too. */
export interface ComputeLimits {
  /** How many threads compute. @default {the implementation's own number} */
  readonly threads?: number | undefined;
  /** The most bytes of weights that one memory holds. @default {the implementation's own number} */
  readonly segmentBytesMax?: number | undefined;
}

/** The whole outside world of an implementation. */
export interface Host {
  /** The disk. */
  readonly files: FileSystem;
  /** The network. */
  readonly fetch: Fetch;
  /** Time. */
  readonly clock: Clock;
  /** Random numbers. */
  readonly random: Random;
  /** The processes of this machine. */
  readonly processes: ProcessTable;
  /** Called when an operation begins to wait for another process that works on the same model. */
  readonly onWait?: (holder: LockHolder) => void;
  /** Absent where no programs may be started; a runner then works inside this process or not at all. */
  readonly programs?: ProgramStarter;
  /** For who runs models inside this process. */
  readonly compute?: ComputeLimits | undefined;
}
