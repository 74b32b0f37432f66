import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statfsSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import type { FileSystem, OpenFile, OpenMode } from "../../../spec/mod.ts";
import { diskError } from "../disk_error.ts";
import { OPEN_FLAGS, statOf } from "../node_files.ts";

/** How {@linkcode blockingFiles} answers. */
export interface BlockingFilesOptions {
  /**
   * Whether an answer comes on a later turn of the event loop, as one from a thread pool does, so that everything else
   * that waits gets its turn. Without it a call is as quick as it can be, as the harness's own are. @default {false}
   */
  readonly yields?: boolean;
}

/**
 * The machine's own disk by blocking calls: for the small files of thousands of cases this costs a third of what
 * {@linkcode nodeFiles} costs, whose every call wakes another thread.
 *
 * @example
 * ```ts
 * import { blockingFiles } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal((await blockingFiles().stat("/")).kind, "directory");
 * ```
 */
export function blockingFiles({ yields = false }: BlockingFilesOptions = {}): FileSystem {
  const run: Run = yields ? onLaterTurn : atOnce;
  return {
    open: (path, mode) =>
      run(() => new BlockingFile(openRegular(path, mode), { path, run, isReadOnly: mode === "r" })),
    mkdir: (path) => run(() => mkdirSync(path)),
    readdir: (path) => run(() => readdirSync(path)),
    stat: (path) => run(() => statOf(statSync(path, { bigint: true }))),
    lstat: (path) => run(() => statOf(lstatSync(path, { bigint: true }))),
    readlink: (path) => run(() => readlinkSync(path)),
    realpath: (path) => run(() => realpathSync.native(path)),
    rename: (source, target) => run(() => renameSync(source, target)),
    link: (source, target) => run(() => linkSync(source, target)),
    symlink: (destination, path) => run(() => symlinkSync(destination, path)),
    unlink: (path) => run(() => unlinkSync(path)),
    rmdir: (path) => run(() => rmdirSync(path)),
    syncDirectory: (path) => run(() => syncDirectory(path)),
    availableBytes: (path) =>
      run(() => {
        const facts = statfsSync(path);
        return facts.bavail * facts.bsize;
      }),
  };
}

type Run = <T>(action: () => T) => Promise<T>;

async function atOnce<T>(action: () => T): Promise<T> {
  return action();
}

function onLaterTurn<T>(action: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(action());
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}

function openRegular(path: string, mode: OpenMode): number {
  const descriptor = openSync(path, OPEN_FLAGS[mode]);
  if (statOf(fstatSync(descriptor, { bigint: true })).kind !== "other") return descriptor;
  closeSync(descriptor);
  throw diskError("ENXIO", "open", path);
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    if (!fstatSync(descriptor).isDirectory()) throw diskError("ENOTDIR", "open", path);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

class BlockingFile implements OpenFile {
  readonly #path: string;
  readonly #run: Run;
  readonly #isReadOnly: boolean;
  /** Undefined once it is closed: the number may belong to another file by then. */
  #descriptor: number | undefined;

  constructor(
    descriptor: number,
    options: { readonly path: string; readonly run: Run; readonly isReadOnly: boolean },
  ) {
    this.#descriptor = descriptor;
    this.#path = options.path;
    this.#run = options.run;
    this.#isReadOnly = options.isReadOnly;
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return this.#with("read", (descriptor) =>
      buffer.length === 0 ? 0 : readSync(descriptor, buffer, 0, buffer.length, position),
    );
  }

  write(data: Uint8Array, position: number): Promise<void> {
    return this.#with("write", (descriptor) => {
      for (let done = 0; done < data.length;)
        done += writeSync(descriptor, data, done, data.length - done, position + done);
    });
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#with("ftruncate", (descriptor) => {
      // Node's blocking call answers EBADF or EINVAL by the system's version; the port's answer is one.
      if (this.#isReadOnly) throw diskError("EINVAL", "ftruncate", this.#path);
      ftruncateSync(descriptor, sizeBytes);
    });
  }

  sync(): Promise<void> {
    return this.#with("fsync", (descriptor) => fsyncSync(descriptor));
  }

  stat(): ReturnType<OpenFile["stat"]> {
    return this.#with("fstat", (descriptor) => statOf(fstatSync(descriptor, { bigint: true })));
  }

  close(): Promise<void> {
    return this.#with("close", (descriptor) => {
      this.#descriptor = undefined;
      closeSync(descriptor);
    });
  }

  #with<T>(syscall: string, action: (descriptor: number) => T): Promise<T> {
    return this.#run(() => {
      if (this.#descriptor === undefined) throw diskError("EBADF", syscall, this.#path);
      return action(this.#descriptor);
    });
  }
}
