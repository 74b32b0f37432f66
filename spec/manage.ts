/**
 * What a file manager is asked and what it answers; `manage.md` states the rules.
 *
 * @module
 */

import type { Layout, RepositoryLayout } from "./layouts.ts";
import type { ModelRequest } from "./model_request.ts";
import type { StoreName } from "./stores.ts";

/** Why a file of a model is not right. */
export interface FileFault {
  /** Path relative to the model's directory, with `/`. */
  readonly path: string;
  /** In what the file differs from what is recorded. */
  readonly fault: "missing" | "size" | "hash" | "unreadable";
  /** The difference in words. */
  readonly detail: string;
}

/** What was read to answer whether a model is complete; sizes in bytes. */
export interface Comparison {
  /** Files that were compared with what is recorded of them. */
  readonly files: number;
  /** Their recorded bytes. */
  readonly bytes: number;
  /** How many of them were read and hashed to the end; of the others size and time were compared. */
  readonly filesHashed: number;
  /** Bytes that were read and hashed. */
  readonly bytesHashed: number;
}

/** The three answers about a model on disk: `STATUS-ANSWERS`. */
export type ModelStatus =
  | {
      readonly state: "complete";
      readonly directory: string;
      readonly commit: string;
      /** What the answer rests on, where an implementation says so. */
      readonly compared?: Comparison;
    }
  | {
      readonly state: "incomplete";
      readonly directory: string;
      readonly faults: readonly FileFault[];
      /** Whether nothing of the model is here at all: it was never downloaded, or was removed. @default {false} */
      readonly notDownloaded?: boolean;
      /** What the answer rests on, where an implementation says so. */
      readonly compared?: Comparison;
    }
  | { readonly state: "unknown"; readonly directory: string; readonly why: string };

/** One model found under the root. */
export interface ListedModel {
  /** Absolute path of its directory. */
  readonly directory: string;
  /** The layout that the directory is of. */
  readonly layout: Layout;
  /** The repository as `org/name`, when it is known. */
  readonly repository: string | undefined;
  /** The app's name for it. */
  readonly modelId: string;
  /** Whether it is complete, as `status` says it. */
  readonly state: ModelStatus["state"];
  /** Where MLX would look for it, when that is elsewhere. */
  readonly misplaced: string | undefined;
  /** Bytes of its files. */
  readonly sizeBytes: number;
  /** The store that it is in; undefined where it is below the root: `PLACE-FOUND`. */
  readonly store?: StoreName;
  /** Bytes that its files take on the volume; what two names share counts once. */
  readonly diskBytes?: number;
  /** The commit that it is of, where that is recorded. */
  readonly commit?: string;
  /** The branch, tag or commit that was asked for when it was downloaded, where that is recorded. */
  readonly revision?: string;
  /** When its weights were last read, in milliseconds since 1970, where the volume notes that. */
  readonly usedMs?: number;
}

/** Asks for a model to be removed. */
export interface RemoveRequest extends ModelRequest {
  /** Whether it goes although another store leads to its files by links: `REMOVE-LINKED`. @default {false} */
  readonly force?: boolean;
}

/** What a removal did. */
export interface RemoveResult {
  /** Absolute path of the directory that was removed. */
  readonly directory: string;
  /** Bytes that really came free; data with other names elsewhere does not count. */
  readonly bytesFreed: number;
}

/** What a removal would do: `REMOVE-PLAN`. */
export interface RemovalPlan {
  /** Absolute path of the directory that would be removed. */
  readonly directory: string;
  /** Paths of the model's files, relative to it; the state of downloaders is not named. */
  readonly files: readonly string[];
  /** How many files of other tools would stay in it. */
  readonly staying: number;
  /** Bytes that would really come free. */
  readonly bytesFreed: number;
  /** Bytes that would not, as they have another name elsewhere. */
  readonly bytesShared: number;
  /** Absolute paths of links in other stores that lead into it and would lead nowhere: `REMOVE-LINKED`. */
  readonly linkedFrom?: readonly string[];
}

/** Asks for a model to be moved to its place. */
export interface MigrationRequest {
  /** The repository, as `org/name`. */
  readonly repository: string;
  /** Absolute path of the directory in which it is. @default {its flat directory, else that of layout `lmstudio`} */
  readonly from?: string;
  /** The layout that it is moved to. @default {"hubapi"} */
  readonly layout?: RepositoryLayout;
  /** What to do: only say what would happen, move (or finish a move), or take it back. */
  readonly step: "plan" | "move" | "undo";
}

/** What a migration does or did. */
export interface MigrationResult {
  /** Absolute path of the directory that is given up. */
  readonly from: string;
  /** Absolute path of the directory that the model gets. */
  readonly to: string;
  /** Paths of the files that are moved, relative to either directory. */
  readonly files: readonly string[];
  /** Paths of the files that stay. */
  readonly leftBehind: readonly string[];
  /** Whether every file is in its new place. */
  readonly isDone: boolean;
}
