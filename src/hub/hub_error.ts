import type { ErrorCode, HttpResponse } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import type { Exchange } from "./http_client.ts";

/** What was asked of a hub, for its error. */
export interface HubQuestion {
  /** What was attempted, for example `list the files of "org/name"`. */
  readonly attempt: string;
  /** What a plain 404 to this question means. */
  readonly absent: ErrorCode;
  /** Repository path, when the question is about a file. */
  readonly file?: string | undefined;
  /** What its reader can do where it is absent. @default {to check what was asked for} */
  readonly remedy?: string | undefined;
}

/** What an answer means: code, what happened, and what its reader can do. */
type Meaning = readonly [code: ErrorCode, cause: string, remedy: string];

/**
 * The error for an answer that is not the wanted one, distinguished by status, `X-Error-Code` and the body's type:
 * `DL-NO-RETRY`, `HUB-REASON`.
 *
 * The body itself is never read: it can be anything, of any size.
 */
export function hubError(exchange: Exchange, question: HubQuestion): ModelError {
  const { response, reason } = exchange;
  const [code, cause, remedy] = explain(exchange, question);
  const advice = code === question.absent ? (question.remedy ?? remedy) : remedy;
  const said = reason === undefined ? "" : ` (it says: "${reason}")`;
  return new ModelError(code, `Cannot ${question.attempt}: ${cause}${said}; ${advice}`, {
    actual: `HTTP ${response.status}`,
    ...(question.file === undefined ? {} : { file: question.file }),
  });
}

const NO_REPOSITORY: Meaning = [
  "repository-not-found",
  "the hub has no such repository, or hides it from this token",
  "check the id and the token",
];
const NO_PUBLIC_REPOSITORY: Meaning = [
  "repository-not-found",
  "the hub has no such public repository",
  "check the id, or give a token if it is private",
];
const NO_REVISION: Meaning = [
  "revision-not-found",
  "the repository has no such revision",
  "check the branch, tag or commit",
];
const NO_FILE: Meaning = [
  "file-not-found",
  "the hub does not have this file at this commit",
  "retry the command to list its files again",
];
const GATED: Meaning = [
  "gated",
  "the repository is gated and no token was given",
  "accept its licence on its page and give that account's token",
];
const GATED_FOR_TOKEN: Meaning = [
  "gated",
  "the repository is gated and this token does not open it",
  "accept its licence with this token's account, and let the token read gated repositories",
];
const WITHHELD: Meaning = [
  "withheld",
  "the hub gives it to nobody here for legal reasons (HTTP 451)",
  "use another repository",
];
const RATE_LIMITED: Meaning = [
  "rate-limited",
  "the hub limits the rate (HTTP 429)",
  "wait some minutes, or give a token",
];

const ABSENT: Readonly<Partial<Record<ErrorCode, Meaning>>> = {
  "repository-not-found": NO_REPOSITORY,
  "revision-not-found": NO_REVISION,
  "file-not-found": ["file-not-found", "the server does not have this file", "check the address"],
};

function explain(exchange: Exchange, question: HubQuestion): Meaning {
  const { response, tokenSent } = exchange;
  const { status } = response;
  const named = status < 500 ? byHeader(exchange) : undefined;
  if (named !== undefined) return named;
  if (status === 429) return RATE_LIMITED;
  if (status === 451) return WITHHELD;
  if (status >= 500) {
    return [
      "hub-unavailable",
      `the hub is out of order (HTTP ${status})`,
      "retry the command later",
    ];
  }
  if (isHtml(response)) return foreignPage(status);
  if (status === 401) {
    if (tokenSent)
      return ["unauthorized", "the hub refuses the token", "check HF_TOKEN or --token"];
    // An unknown repository and a private one look alike to a visitor without a token.
    return question.absent === "repository-not-found"
      ? NO_PUBLIC_REPOSITORY
      : ["unauthorized", "the hub asks for a token", "set HF_TOKEN or give --token"];
  }
  if (status === 403) {
    return [
      "unauthorized",
      "the hub denies access (HTTP 403)",
      tokenSent
        ? "check what this token may read"
        : "check that the repository is open to everybody",
    ];
  }
  if (status === 404 || status === 410) {
    return ABSENT[question.absent] ?? [question.absent, "it is not there", "check the address"];
  }
  return [
    "not-a-hub",
    `the answer is HTTP ${status}, which no hub sends here`,
    "check the hub's address",
  ];
}

function byHeader({ response, tokenSent }: Exchange): Meaning | undefined {
  switch (response.headers.get("x-error-code")) {
    case "RepoNotFound":
      return tokenSent ? NO_REPOSITORY : NO_PUBLIC_REPOSITORY;
    case "RevisionNotFound":
      return NO_REVISION;
    case "EntryNotFound":
      return NO_FILE;
    case "GatedRepo":
      return tokenSent ? GATED_FOR_TOKEN : GATED;
    default:
      return undefined;
  }
}

/** A hub refuses in JSON; a page is the work of something that stands before it, such as a firewall. */
function foreignPage(status: number): Meaning {
  return [
    "not-a-hub",
    `the answer is a page from something that is not a hub (HTTP ${status})`,
    "check the hub's address, and whether a firewall, a proxy or a login page stands before it",
  ];
}

/** Whether a file of this name may well be a web page. */
export function isPageName(path: string): boolean {
  return /\.x?html?$/i.test(path);
}

/** Whether a response says that its body is a web page. */
export function isHtml(response: HttpResponse): boolean {
  return /^\s*(?:text\/html|application\/xhtml)/i.test(response.headers.get("content-type") ?? "");
}
