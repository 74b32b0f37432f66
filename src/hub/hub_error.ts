import type { ErrorCode, HttpResponse } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";

/** What was asked of a hub, for its error. */
export interface HubQuestion {
  /** What was attempted, for example `list the files of "org/name"`. */
  readonly attempt: string;
  readonly tokenSent: boolean;
  /** What a plain 404 to this question means. */
  readonly absent: ErrorCode;
  /** Repository path, when the question is about a file. */
  readonly file?: string | undefined;
}

/**
 * The error for a refusal, distinguished by status and `X-Error-Code`: `DL-NO-RETRY`.
 *
 * The body is never read: it can be anything, of any size.
 */
export function hubError(response: HttpResponse, question: HubQuestion): ModelError {
  const { status } = response;
  const [code, why] = explain(response, question);
  return new ModelError(code, `Cannot ${question.attempt}: ${why}`, {
    actual: `HTTP ${status}`,
    ...(question.file === undefined ? {} : { file: question.file }),
  });
}

const BY_HEADER: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  RepoNotFound: [
    "repository-not-found",
    "the hub has no such repository, or hides it from this token; check the id and the token",
  ],
  RevisionNotFound: [
    "revision-not-found",
    "the repository has no such revision; check the branch, tag or commit",
  ],
  EntryNotFound: [
    "file-not-found",
    "the hub does not have this file at this commit; retry the command to list its files again",
  ],
  GatedRepo: [
    "gated",
    "its licence was not accepted with this account; accept it on the repository's page and give that account's token",
  ],
};

const ABSENT: Readonly<Partial<Record<ErrorCode, string>>> = {
  "repository-not-found":
    "the hub has no such repository, or hides it from this token; check the id and the token",
  "revision-not-found": "the repository has no such revision; check the branch, tag or commit",
  "file-not-found": "the server does not have this file; check the address",
};

function explain(response: HttpResponse, question: HubQuestion): readonly [ErrorCode, string] {
  const { status } = response;
  const named = BY_HEADER[response.headers.get("x-error-code") ?? ""];
  if (named !== undefined && status >= 400 && status < 500) return named;
  if (status === 401) {
    if (question.tokenSent)
      return ["unauthorized", "the hub refuses the token; check HF_TOKEN or --token"];
    // An unknown repository and a private one look alike to a visitor without a token.
    return question.absent === "repository-not-found"
      ? [
          "repository-not-found",
          "the hub has no such public repository; check the id, or give a token if it is private",
        ]
      : ["unauthorized", "the hub asks for a token; set HF_TOKEN or give --token"];
  }
  if (status === 403)
    return ["unauthorized", "the hub denies access (HTTP 403); check the token's permissions"];
  if (status === 404 || status === 410) {
    if (isHtml(response))
      return ["not-a-hub", `it answered HTTP ${status} with a web page; check the hub's address`];
    return [question.absent, ABSENT[question.absent] ?? "it is not there"];
  }
  if (status === 429)
    return [
      "rate-limited",
      "the hub limits the rate (HTTP 429); wait some minutes, or give a token",
    ];
  if (status >= 500)
    return ["hub-unavailable", `the hub is out of order (HTTP ${status}); retry the command later`];
  return [
    "not-a-hub",
    `the answer is HTTP ${status}, which no hub sends here; check the hub's address`,
  ];
}

/** Whether a response says that its body is a web page. */
export function isHtml(response: HttpResponse): boolean {
  return /^\s*(?:text\/html|application\/xhtml)/i.test(response.headers.get("content-type") ?? "");
}
