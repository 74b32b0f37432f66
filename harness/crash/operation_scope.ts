import type { InodeId } from "../disk/disk_operation.ts";
import type { RecordedOperation } from "./disk_recording.ts";

/** Directories whose entries an operation changes. */
export function directoriesOf(operation: RecordedOperation): readonly InodeId[] {
  switch (operation.kind) {
    case "add":
    case "remove":
      return [operation.directory];
    case "rename":
      return [operation.from.directory, operation.to.directory];
    default:
      return [];
  }
}

/** Whether an operation changes an inode: its data, its entries or its names. */
export function touches(operation: RecordedOperation, inode: InodeId): boolean {
  if (operation.kind === "acknowledge" || isSync(operation)) return false;
  return operation.inode === inode || directoriesOf(operation).includes(inode);
}

/** Whether an operation only makes others durable. */
export function isSync({ kind }: RecordedOperation): boolean {
  return kind === "sync" || kind === "sync-directory";
}

/** Whether an operation changes entries. */
export function isEntryChange({ kind }: RecordedOperation): boolean {
  return kind === "add" || kind === "remove" || kind === "rename";
}

/** Where a write of so many bytes can be torn: at the first and the last boundary of a sector and of a page. */
export function tearsOf(sizeBytes: number): number[] {
  const tears = new Set<number>();
  for (const unit of [512, 4096]) {
    const last = Math.floor((sizeBytes - 1) / unit) * unit;
    if (last >= unit) tears.add(unit).add(last);
  }
  return [...tears];
}
