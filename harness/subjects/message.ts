import type {
  DownloadRequest,
  ErrorCode,
  Layout,
  MigrationRequest,
  Profile,
  UrlRequest,
} from "../../spec/mod.ts";

/** The version of the protocol that this court speaks: `spec/subject_protocol.md`. */
export const PROTOCOL_VERSION = 1;

/** What a subject can be asked to do. */
export type SubjectOperation =
  | "download"
  | "downloadUrl"
  | "status"
  | "verify"
  | "list"
  | "locate"
  | "remove"
  | "migrate"
  | "check";

/** What a subject can claim beyond its operations. */
export type SubjectCapability =
  | "cancel"
  | "progress"
  | "patterns"
  | "revision"
  | "token"
  | "offline"
  | "endpoint"
  | "concurrency"
  | "gives-up";

/** Which chapters of the law a subject answers for. */
export type SubjectRole = "downloader" | "manager" | "loader";

/** Real time that a subject may take, in milliseconds. */
export interface SubjectLimits {
  readonly helloMs: number;
  readonly operationMs: number;
  readonly cancelMs: number;
  readonly finishMs: number;
}

/** The limits of a run that states no others. */
export const SUBJECT_LIMITS: SubjectLimits = {
  helloMs: 20_000,
  operationMs: 30_000,
  cancelMs: 10_000,
  finishMs: 5_000,
};

/** A line to a subject. */
export type MessageToSubject =
  | {
      readonly type: "hello";
      readonly id: 0;
      readonly protocol: number;
      readonly limits: SubjectLimits;
    }
  | {
      readonly type: "operation";
      readonly id: number;
      readonly operation: SubjectOperation;
      readonly root: string;
      readonly request?: DownloadRequest | UrlRequest | MigrationRequest;
    }
  | { readonly type: "cancel"; readonly id: number };

/** What a subject says of itself. */
export interface SubjectHello {
  readonly type: "hello";
  readonly id: 0;
  readonly protocol: number;
  readonly name: string;
  readonly version: string;
  readonly roles: readonly SubjectRole[];
  readonly operations: readonly string[];
  readonly capabilities: readonly SubjectCapability[];
  /** The first one is what a request without a layout gets. */
  readonly layouts: readonly Layout[];
  readonly profiles?: readonly Profile[];
  /** How many times as fast as the real clock its own runs. */
  readonly clockSpeed?: number;
}

/** A line from a subject about an operation before its end. */
export type SubjectEvent = { readonly type: "event"; readonly id: number } & (
  | {
      readonly event: "progress";
      readonly bytesDone: number;
      readonly bytesTotal: number;
      readonly filesDone?: number;
      readonly filesTotal?: number;
      readonly fraction?: number;
      readonly phase?: "transfer" | "publish" | "done";
      readonly file?: string;
    }
  | { readonly event: "retry" | "checkpoint" }
);

/** The last line from a subject about an operation. */
export type SubjectResult = { readonly type: "result"; readonly id: number } & (
  | { readonly ok: Readonly<Record<string, unknown>> }
  | {
      readonly error: {
        readonly kind: ErrorCode;
        readonly message: string;
        readonly file?: string;
        readonly expected?: string;
        readonly actual?: string;
      };
    }
  | { readonly skipped: string }
);

/** A line from a subject. */
export type MessageFromSubject = SubjectHello | SubjectEvent | SubjectResult;
