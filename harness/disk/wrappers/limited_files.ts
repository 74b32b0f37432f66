import type { FileSystem, OpenMode } from "../../../spec/mod.ts";
import { diskError } from "../disk_error.ts";
import { type DiskCall, wrapFiles } from "./wrap_files.ts";

/** What an operating system answers when it refuses. */
export const REFUSAL_CODES = [
  "ENOSPC",
  "EDQUOT",
  "EIO",
  "EACCES",
  "EROFS",
  "EMFILE",
  "EINTR",
  "EXDEV",
  "ENAMETOOLONG",
] as const;

/** One such answer. */
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** A refusal of the operating system. */
export interface DiskRefusal {
  readonly operation: DiskCall["operation"];
  readonly code: RefusalCode;
  /** Only opens of this mode. @default {any} */
  readonly mode?: OpenMode;
  /** Which of the matching calls, from 1. @default {1} */
  readonly nth?: number;
  /** Whether every later one fails as well. @default {false} */
  readonly forever?: boolean;
  readonly pathIncludes?: string;
  /**
   * What happens all the same: `half` of a write is done; a `sync` that fails `drops` what it should have written, as
   * Linux does with dirty pages, and the next one succeeds. @default {nothing}
   */
  readonly effect?: "half" | "drops";
}

/** What is wrong with a volume. */
export interface VolumeLimits {
  /** Bytes that may still be written; what is removed does not come back. @default {what the volume has} */
  readonly availableBytes?: number;
  readonly refusals?: readonly DiskRefusal[];
}

/**
 * A disk that is full or refuses; `firedCount()` says how often.
 *
 * A `close` that is refused has closed the file, as on Linux and macOS.
 */
export function limitedFiles(
  files: FileSystem,
  limits: VolumeLimits,
): FileSystem & { firedCount(): number } {
  const { refusals = [] } = limits;
  const seen = refusals.map(() => 0);
  const unsynced = new UnsyncedWrites(files);
  let leftBytes = limits.availableBytes;
  let fired = 0;
  const refuse = (code: string, { operation, path }: DiskCall) => {
    fired++;
    throw diskError(code, operation, path);
  };
  const isMet = (call: DiskCall, at: number, refusal: DiskRefusal): boolean => {
    if (!isAbout(refusal, call)) return false;
    const count = (seen[at] ?? 0) + 1;
    seen[at] = count;
    const nth = refusal.nth ?? 1;
    return count === nth || (refusal.forever === true && count > nth);
  };
  const wrapped = wrapFiles(files, async (call, next, tear) => {
    for (const [at, refusal] of refusals.entries()) {
      if (!isMet(call, at, refusal)) continue;
      if (call.operation === "close") await next();
      if (refusal.effect === "half") await tear?.();
      if (refusal.effect === "drops") await unsynced.drop(call.path);
      refuse(refusal.code, call);
    }
    if (leftBytes !== undefined && call.operation === "write") {
      const sizeBytes = call.sizeBytes ?? 0;
      if (sizeBytes > leftBytes) refuse("ENOSPC", call);
      leftBytes -= sizeBytes;
    }
    const value = await next();
    unsynced.note(call);
    return value;
  });
  return {
    ...wrapped,
    availableBytes: async (path) => {
      const availableBytes = await wrapped.availableBytes(path);
      return leftBytes ?? availableBytes;
    },
    firedCount: () => fired,
  };
}

/** A disk that refuses calls, as a process is started with it. */
export interface RefusingDisk {
  /** Wraps the disk of the process. */
  readonly files: (disk: FileSystem) => FileSystem;
  /** How often the last process to start was refused a call. */
  readonly firedCount: () => number;
}

/** Makes a disk that refuses calls out of the one that a process would get. */
export function refusingDisk(...refusals: readonly DiskRefusal[]): RefusingDisk {
  let firedCount = () => 0;
  return {
    files: (disk) => {
      const limited = limitedFiles(disk, { refusals });
      firedCount = () => limited.firedCount();
      return limited;
    },
    firedCount: () => firedCount(),
  };
}

function isAbout(refusal: DiskRefusal, call: DiskCall): boolean {
  if (refusal.operation !== call.operation) return false;
  if (refusal.mode !== undefined && refusal.mode !== call.mode) return false;
  const { pathIncludes = "" } = refusal;
  return `${call.path} ${call.target ?? ""}`.includes(pathIncludes);
}

/** Remembers what was written since the last sync, by path. */
class UnsyncedWrites {
  readonly #files: FileSystem;
  readonly #ranges = new Map<string, { readonly position: number; readonly sizeBytes: number }[]>();

  constructor(files: FileSystem) {
    this.#files = files;
  }

  note({ operation, path, position = 0, sizeBytes = 0 }: DiskCall): void {
    if (operation === "sync" || operation === "unlink") this.#ranges.delete(path);
    if (operation !== "write") return;
    const ranges = this.#ranges.get(path) ?? [];
    ranges.push({ position, sizeBytes });
    this.#ranges.set(path, ranges);
  }

  /** The blocks read as zeros once their pages are gone. */
  async drop(path: string): Promise<void> {
    const file = await this.#files.open(path, "r+");
    try {
      for (const { position, sizeBytes } of this.#ranges.get(path) ?? [])
        await file.write(new Uint8Array(sizeBytes), position);
    } finally {
      await file.close();
    }
    this.#ranges.delete(path);
  }
}
