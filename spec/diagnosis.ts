/**
 * What a doctor finds wrong with the models on a machine, and what mends it; `places.md` states the rules.
 *
 * @module
 */

import type { CheckCause, CheckReport } from "./check.ts";
import type { Layout, RepositoryLayout } from "./layouts.ts";
import type { Store } from "./stores.ts";

/** Causes that no check of one directory finds, the most harmful first. */
export const PLACE_CAUSES = [
  "misplaced",
  "missing-file",
  "wrong-size",
  "half-download",
  "shared-blob-gone",
  "container-path",
  "volume-away",
  "icloud-root",
  "purgeable-cache",
  "desktop-files",
  "duplicate",
] as const;

/** Why a model cannot be used, or will not be for long. */
export type DiagnosisCause = CheckCause | (typeof PLACE_CAUSES)[number];

/** The one step that mends a finding. */
export type Mend =
  | {
      /** Fetches what is missing or wrong. */
      readonly operation: "download";
      readonly repository: string;
      /** The root that it is below, where that is not the implementation's own. */
      readonly root?: string;
      readonly layout?: Exclude<Layout, "flat">;
      /** Whether what is wrong may not be seen without hashing every file. */
      readonly verify?: boolean;
    }
  | {
      /** Moves the model to where MLX looks for it. */
      readonly operation: "migrate";
      /** Undefined where nothing says which repository it is: then the user must. */
      readonly repository: string | undefined;
      /** Absolute path of its directory. */
      readonly from: string;
      readonly layout?: RepositoryLayout;
    }
  | {
      /** Removes what the system left beside the files: sidecars and views. */
      readonly operation: "tidy";
      /** Absolute path of the model's directory. */
      readonly directory: string;
    }
  | {
      /** Removes files that are not the model's. */
      readonly operation: "discard";
      /** Absolute paths. */
      readonly paths: readonly string[];
    }
  | {
      /** Lets a duplicate give way to the data of another copy. */
      readonly operation: "share";
      readonly repository: string;
      /** Absolute path of the copy that keeps its data. */
      readonly from: string;
      /** Absolute path of the store that the duplicate is in, and how models lie there. */
      readonly into: string;
      readonly layout: Layout;
      readonly naming?: NonNullable<Store["naming"]>;
    }
  | {
      /** Removes the whole copy. */
      readonly operation: "remove";
      /** Absolute path of the model's directory. */
      readonly directory: string;
    }
  | {
      /** Another program's work. */
      readonly operation: "run";
      /** Program and arguments. */
      readonly words: readonly string[];
    };

/** One thing that is wrong with one copy of a model. */
export interface DiagnosisFinding {
  /** Which of the known causes it is. */
  readonly cause: DiagnosisCause;
  /** Whether a runtime cannot use the copy; else it can, for now. */
  readonly level: "error" | "warning";
  /** Absolute path of the copy's directory, or of the root that is at risk. */
  readonly directory: string;
  /** The repository as `org/name`, where it is known. */
  readonly repository: string | undefined;
  /** Path of the first file concerned, relative to the directory. */
  readonly path?: string;
  /** What is wrong, in words. */
  readonly detail: string;
  /** What mends it; undefined where nothing does but the user's decision. */
  readonly mend: Mend | undefined;
}

/** What is asked of a doctor: everything, or one of the three. */
export interface DiagnoseRequest {
  /** Every copy of one repository. */
  readonly repository?: string;
  /** Absolute path of a model's directory, or of one that holds models. */
  readonly directory?: string;
  /** What a check of the directory has found, so that it is not checked again. */
  readonly report?: CheckReport;
}

/** What a doctor answers. */
export interface Diagnosis {
  /** How many copies were looked at. */
  readonly models: number;
  /** Everything that is wrong, the most harmful first; none where all is well. */
  readonly findings: readonly DiagnosisFinding[];
}
