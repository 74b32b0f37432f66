/**
 * What the court asks of an implementation, and what it answers.
 *
 * @module
 */

import type { ErrorCode } from "./error_code.ts";
import type { Host } from "./host.ts";
import type {
  GeneratedToken,
  GenerateRequest,
  Generation,
  LoadPlan,
  PlanRequest,
} from "./inference.ts";
import type { Layout, RepositoryLayout } from "./layouts.ts";

/** Environment variables, as the implementation sees them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where an implementation runs. */
export interface SubjectConfig {
  /** Absolute path of the directory that holds the models. */
  readonly root: string;
  readonly env: Environment;
}

/** Names a model. */
export interface ModelRequest {
  /** `org/name`. */
  readonly repository: string;
  /** Branch, tag or commit. @default {"main"} */
  readonly revision?: string;
  /** @default {"hubapi"} */
  readonly layout?: Layout;
}

/** Asks for a model's files. */
export interface DownloadRequest extends ModelRequest {
  /** Patterns of wanted files (fnmatch). @default {DEFAULT_PATTERNS} */
  readonly include?: readonly string[];
  /** Patterns of files to leave out. @default {[]} */
  readonly exclude?: readonly string[];
  /** The hub's address. @default {HF_ENDPOINT} */
  readonly endpoint?: string;
  /** @default {HF_TOKEN} */
  readonly token?: string;
  /** Never use the network. @default {HF_HUB_OFFLINE} */
  readonly offline?: boolean;
  /** How many transfers run at once. @default {8} */
  readonly concurrency?: number;
}

/** Asks for one file by its address. */
export interface UrlRequest {
  readonly url: string;
  /** The SHA-256 that the file must have, as 64 hexadecimal digits. */
  readonly sha256?: string;
  readonly token?: string;
}

/** How far a download is. Bytes are counted over all wanted files. */
export interface Progress {
  readonly phase: "transfer" | "publish" | "done";
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly filesDone: number;
  readonly filesTotal: number;
  /** From 0 to 1; 1 only when everything is published. */
  readonly fraction: number;
  /** Repository path of the file that moved, if one did. */
  readonly file?: string;
}

/** Options of whatever waits. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** A file that is in its place. */
export interface PlacedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** What a finished download promises. */
export interface DownloadResult {
  /** Absolute path of the model's directory. */
  readonly directory: string;
  /** The commit that every file is from; empty for a URL. */
  readonly commit: string;
  readonly files: readonly PlacedFile[];
  readonly bytesFetched: number;
  /** Whether the local copy was used because the hub could not be asked. */
  readonly offline: boolean;
}

/** Why a file of a model is not right. */
export interface FileFault {
  readonly path: string;
  readonly fault: "missing" | "size" | "hash" | "unreadable";
  readonly detail: string;
}

/** The three answers: `STATUS-ANSWERS`. */
export type ModelStatus =
  | { readonly state: "complete"; readonly directory: string; readonly commit: string }
  | {
      readonly state: "incomplete";
      readonly directory: string;
      readonly faults: readonly FileFault[];
    }
  | { readonly state: "unknown"; readonly directory: string; readonly why: string };

/** One model found under the root. */
export interface ListedModel {
  readonly directory: string;
  readonly layout: Layout;
  /** `org/name`, when it is known. */
  readonly repository: string | undefined;
  /** The app's name for it. */
  readonly modelId: string;
  readonly state: ModelStatus["state"];
  /** Where MLX would look for it, when that is elsewhere. */
  readonly misplaced: string | undefined;
  readonly sizeBytes: number;
}

/** What a removal did. */
export interface RemoveResult {
  readonly directory: string;
  /** Bytes that really came free; data with other names elsewhere does not. */
  readonly bytesFreed: number;
}

/** Asks for a model to be moved to its place. */
export interface MigrationRequest {
  /** `org/name` of the model. */
  readonly repository: string;
  /** Absolute path of the directory in which it is. @default {its flat directory, else that of layout `lmstudio`} */
  readonly from?: string;
  /** The layout that it is moved to. @default {"hubapi"} */
  readonly layout?: RepositoryLayout;
  /** What to do: only say what would happen, do it or go on with it, or take it back. */
  readonly step: "plan" | "move" | "undo";
}

/** What a migration does or did. */
export interface MigrationResult {
  readonly from: string;
  readonly to: string;
  /** Paths of the files that are moved, relative to either directory. */
  readonly files: readonly string[];
  /** Paths of the files that stay. */
  readonly leftBehind: readonly string[];
  readonly isDone: boolean;
}

/** Causes for which a directory must not be opened by a runtime. */
export const CHECK_CAUSES = [
  "missing-config",
  "bad-config",
  "missing-weights",
  "missing-shard",
  "empty",
  "truncated",
  "trailing-bytes",
  "zeroed",
  "not-a-number",
  "appledouble",
  "lfs-pointer",
  "html",
  "evicted",
  "broken-link",
  "outside-directory",
  "header-too-large",
  "bad-header",
  "overlap",
  "out-of-range",
  "dtype",
  "shape",
  "missing-tensor",
  "extra-tensor",
  "duplicate-tensor",
  "foreign-weights",
  "quantization",
  "unsupported-architecture",
  "missing-tokenizer",
  "bad-tokenizer",
  "missing-tokenizer-config",
  "bad-template",
  "hash",
  "unreadable",
] as const;

/** One cause for which a directory must not be opened. */
export type CheckCause = (typeof CHECK_CAUSES)[number];

/** One thing found wrong in a model directory. */
export interface CheckFinding {
  readonly cause: CheckCause;
  /** Path relative to the model's directory. */
  readonly path: string;
  readonly detail: string;
  /** Whether a runtime may still open the directory. */
  readonly level: "error" | "warning";
}

/** What the loader found before any runtime opened the directory. */
export interface CheckReport {
  readonly directory: string;
  readonly loadable: boolean;
  readonly findings: readonly CheckFinding[];
  readonly architecture: string | undefined;
  readonly parameterCount: number;
  readonly tensorCount: number;
  readonly quantization: string | undefined;
  /** Weight files that were opened, relative to the directory. */
  readonly weightFiles: readonly string[];
}

/** Options of a request for tokens. */
export interface GenerateOptions {
  readonly signal?: AbortSignal;
  readonly onToken?: (token: GeneratedToken) => void;
}

/** Asks an MLX runtime to download a model its own way: `DL-DELEGATED`. */
export interface DelegatedDownloadRequest extends DownloadRequest {
  /** The runner's name, or the command line of one that speaks the runner protocol. */
  readonly runner: GenerateRequest["runner"];
}

/** A model manager under judgement. Failures reject with an error that has an {@linkcode ErrorCode} as `code`. */
export interface ModelManager {
  download(request: DownloadRequest, options?: WaitOptions): Promise<DownloadResult>;
  downloadUrl(request: UrlRequest, options?: WaitOptions): Promise<DownloadResult>;
  /** The model's directory if it holds anything, without the network. */
  locate(request: ModelRequest): Promise<string | undefined>;
  status(request: ModelRequest): Promise<ModelStatus>;
  /** As `status`, but every byte is hashed. */
  verify(request: ModelRequest, options?: WaitOptions): Promise<ModelStatus>;
  list(): Promise<readonly ListedModel[]>;
  remove(request: ModelRequest): Promise<RemoveResult>;
  /** Moves a model from where it was put to where it belongs: `MIGRATE-PLAN`, `MIGRATE-SAFE`. */
  migrate(request: MigrationRequest, options?: WaitOptions): Promise<MigrationResult>;
  /** Examines what a runtime would open; never runs anything. */
  check(request: ModelRequest, options?: WaitOptions): Promise<CheckReport>;
  /** Says which files a runtime will open; absent where an implementation does not claim `inference`. */
  readonly plan?: (request: PlanRequest) => Promise<LoadPlan>;
  /** Checks, loads and generates greedily; absent where an implementation does not claim `inference`. */
  readonly generate?: (request: GenerateRequest, options?: GenerateOptions) => Promise<Generation>;
  /** Downloads with an MLX runtime's own downloader; absent where an implementation does not claim `inference`. */
  readonly downloadDelegated?: (
    request: DelegatedDownloadRequest,
    options?: WaitOptions,
  ) => Promise<DownloadResult>;
}

/** An implementation as the court starts it: once for each simulated process. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  start(host: Host, config: SubjectConfig): ModelManager;
}

/** The part of a failure that the court judges; wording is never judged. */
export interface Failure {
  readonly code: ErrorCode;
  readonly file?: string;
  readonly expected?: string;
  readonly actual?: string;
}
