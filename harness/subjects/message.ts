import type {
  DownloadRequest,
  ErrorCode,
  Layout,
  MigrationRequest,
  ServeRequest,
  Profile,
  RemoveRequest,
  ShareRequest,
  UrlRequest,
} from "../../spec/mod.ts";

/** The version of the subject protocol: `spec/subject_protocol.md`. */
export const PROTOCOL_VERSION = 1;

/** The operations of a subject. */
export type SubjectOperation =
  | "download"
  | "downloadUrl"
  | "status"
  | "verify"
  | "list"
  | "locate"
  | "remove"
  | "migrate"
  | "share"
  | "check"
  | "canLoad"
  | "serve";

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

/** The areas of requirements that a subject is tested for. */
export type SubjectRole = "downloader" | "manager" | "loader";

/** Limits of real time for a subject, in milliseconds. */
export interface SubjectLimits {
  readonly helloMs: number;
  readonly operationMs: number;
  readonly cancelMs: number;
  readonly finishMs: number;
}

/** The default limits. */
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
      readonly request?:
        | DownloadRequest
        | UrlRequest
        | MigrationRequest
        | ShareRequest
        | RemoveRequest
        | ServeRequest;
    }
  | { readonly type: "cancel"; readonly id: number };

/** A subject's name, version and claims. */
export interface SubjectHello {
  readonly type: "hello";
  readonly id: 0;
  readonly protocol: number;
  readonly name: string;
  readonly version: string;
  readonly roles: readonly SubjectRole[];
  readonly operations: readonly string[];
  readonly capabilities: readonly SubjectCapability[];
  /** The first is the layout of a request that names none. */
  readonly layouts: readonly Layout[];
  readonly profiles?: readonly Profile[];
  /** Speed of the subject's clock, as a multiple of the real one. */
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
