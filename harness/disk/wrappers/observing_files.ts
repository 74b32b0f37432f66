import type { FileSystem } from "../../../spec/mod.ts";
import { type DiskCall, isChange, wrapFiles } from "./wrap_files.ts";

/** What a process did to a disk. */
export interface DiskObservation {
  /** Every call that succeeded, in order. */
  readonly calls: readonly DiskCall[];
  /** The calls that changed the disk. */
  readonly changes: readonly DiskCall[];
}

/**
 * A disk that notes every call, and lets an observer look after each change.
 *
 * The observer looks at the disk beneath, so that its own looks are not noted.
 */
export function observingFiles(
  files: FileSystem,
  onChange: (call: DiskCall) => Promise<void> = async () => {},
): FileSystem & DiskObservation {
  const calls: DiskCall[] = [];
  const changes: DiskCall[] = [];
  const wrapped = wrapFiles(files, async (call, next) => {
    const value = await next();
    calls.push(call);
    if (isChange(call)) {
      changes.push(call);
      await onChange(call);
    }
    return value;
  });
  return { ...wrapped, calls, changes };
}
