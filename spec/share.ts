/**
 * What a manager is asked so that one copy serves several tools, and what it answers; `manage.md` states the rules.
 *
 * @module
 */

import type { Layout } from "./layouts.ts";
import type { Store } from "./stores.ts";

/** Asks that a copy can be seen in another tool's store too, with the same data on the disk. */
export interface ShareRequest {
  /** The repository, as `org/name`. */
  readonly repository: string;
  /** Absolute path of the directory of the copy whose data is shared. @default {where `locate` finds it} */
  readonly from?: string;
  /** Absolute path of the directory that gets it: what its layout calls the root. */
  readonly into: string;
  /** How models lie in that directory. */
  readonly layout: Layout;
  /** How the store writes names, as in the table of stores. */
  readonly naming?: NonNullable<Store["naming"]>;
  /** Whether weights may be copied where the volume cannot share them. @default {false} */
  readonly mayCopy?: boolean;
  /** What to do: only say what would happen, share (or finish a share), or take it back. */
  readonly step: "plan" | "share" | "undo";
}

/**
 * How a file comes to its place: it is there already, a second name of the same data, a second name in place of a
 * duplicate, data that the volume shares until one of the two changes, or a copy.
 */
export type ShareWay = "there" | "link" | "replace" | "clone" | "copy";

/** One file that is shared. */
export interface SharedFile {
  /** Its path in the repository. */
  readonly path: string;
  /** How long it is. */
  readonly sizeBytes: number;
  /** How it comes to the other place. */
  readonly way: ShareWay;
}

/** What a share does or did. */
export interface ShareResult {
  /** Absolute path of the directory of the copy that is shared. */
  readonly from: string;
  /** Absolute path of the model's directory in the store that gets it. */
  readonly to: string;
  /** The files of the model; of an undoing those that went. */
  readonly files: readonly SharedFile[];
  /** Bytes of room that it takes, at most. */
  readonly bytesTaken: number;
  /** Bytes that come free, as duplicates give way to the one copy. */
  readonly bytesFreed: number;
  /**
   * Paths that stay as they are: of an undoing what was there before or is not the same any more, of a share the refs of the hub's cache
   * that name another commit.
   */
  readonly leftBehind: readonly string[];
  /** Whether records say what its bytes must be, with which they were compared. */
  readonly isRecorded?: boolean;
  /** Whether the store has every file now; of an undoing, whether it has none that the share made. */
  readonly isDone: boolean;
}
