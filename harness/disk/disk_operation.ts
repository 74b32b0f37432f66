/** Identity of a file, directory or link on a disk in memory; never used again. */
export type InodeId = number;

/** What every change of the disk says of itself. */
interface Change {
  /** The path by which it was asked for; of a file, the one that it was opened by. */
  readonly path: string;
  readonly inode: InodeId;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Changes bytes of a file. */
export interface WriteOperation extends Change {
  readonly kind: "write";
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** Changes the size of a file. */
export interface TruncateOperation extends Change {
  readonly kind: "truncate";
  readonly sizeBytes: number;
}

/** Puts an entry into a directory: something new, or another name of something that is there. */
export interface AddOperation extends Change {
  readonly kind: "add";
  readonly directory: InodeId;
  readonly name: string;
  readonly made: "file" | "directory" | "link" | "second name";
  /** Text of a link. */
  readonly linkTarget?: string;
}

/** Takes an entry out of a directory. */
export interface RemoveOperation extends Change {
  readonly kind: "remove";
  readonly directory: InodeId;
  readonly name: string;
}

/** Moves an entry in one step, over another one or not. */
export interface RenameOperation extends Change {
  readonly kind: "rename";
  readonly from: { readonly directory: InodeId; readonly name: string };
  readonly to: { readonly directory: InodeId; readonly name: string };
  readonly target: string;
}

/** Makes a file's data and size, or a directory's entries, durable. */
export interface SyncOperation extends Change {
  readonly kind: "sync" | "sync-directory";
}

/** A change of a disk, on inodes: what `spec/faults.md` calls an operation. */
export type DiskOperation =
  | WriteOperation
  | TruncateOperation
  | AddOperation
  | RemoveOperation
  | RenameOperation
  | SyncOperation;
