import type { FileSystem } from "../../spec/mod.ts";
import { diskError } from "./disk_error.ts";
import { type DiskCall, wrapFiles } from "./wrap_files.ts";

/** A refusal of the operating system. */
export interface DiskRefusal {
  readonly operation: DiskCall["operation"];
  readonly code: "ENOSPC" | "EACCES" | "EROFS" | "EIO" | "EMFILE" | "ENAMETOOLONG" | "EDQUOT";
  /** Which of the matching calls, from 1. @default {1} */
  readonly nth?: number;
  /** Whether every later one fails as well. @default {false} */
  readonly forever?: boolean;
  readonly pathIncludes?: string;
}

/** What is wrong with a volume. */
export interface VolumeLimits {
  /** Bytes that may still be written. @default {what the volume has} */
  readonly availableBytes?: number;
  readonly refusals?: readonly DiskRefusal[];
}

/** A disk that is full or refuses; `firedCount()` says how often. */
export function limitedFiles(
  files: FileSystem,
  limits: VolumeLimits,
): FileSystem & { firedCount(): number } {
  const { refusals = [] } = limits;
  const seen = refusals.map(() => 0);
  let leftBytes = limits.availableBytes;
  let fired = 0;
  const refuse = (code: string, { operation, path }: DiskCall) => {
    fired++;
    throw diskError(code, operation, path);
  };
  const wrapped = wrapFiles(files, async (call, next) => {
    for (const [at, refusal] of refusals.entries()) {
      if (refusal.operation !== call.operation) continue;
      if (
        refusal.pathIncludes !== undefined &&
        !`${call.path} ${call.target ?? ""}`.includes(refusal.pathIncludes)
      )
        continue;
      const count = (seen[at] ?? 0) + 1;
      seen[at] = count;
      const nth = refusal.nth ?? 1;
      if (count === nth || (refusal.forever && count > nth)) refuse(refusal.code, call);
    }
    if (leftBytes === undefined) return next();
    if (call.operation === "write") {
      const sizeBytes = call.sizeBytes ?? 0;
      if (sizeBytes > leftBytes) refuse("ENOSPC", call);
      leftBytes -= sizeBytes;
    }
    return next();
  });
  return {
    ...wrapped,
    availableBytes: async (path) => leftBytes ?? wrapped.availableBytes(path),
    firedCount: () => fired,
  };
}
