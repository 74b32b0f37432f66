import { fnmatch } from "../../../spec/mod.ts";

/** What a request is about. */
export type ExchangeKind = "info" | "tree" | "paths-info" | "resolve" | "cdn" | "url" | "unknown";

/** How a connection ends early: closed properly, reset, or left open and silent. */
export type CutHow = "fin" | "rst" | "stall";

/** Which requests a rule is for. What is left out matches everything. */
export interface FaultMatch {
  readonly method?: "GET" | "HEAD" | "POST";
  /**
   * Pattern (`fnmatch`: `*` crosses `/`) on the decoded path of the request, or on the
   * repository path of the file that it asks for.
   */
  readonly path?: string;
  readonly kind?: ExchangeKind;
  /** Which of the matching requests, from 1. @default {1} */
  readonly nth?: number | "all";
  /** Whether the request has a `Range` header. */
  readonly range?: boolean;
}

/**
 * One false answer or failure. Data only, so that a replay file can hold it.
 *
 * `endpoint`, `cdn` and `url` in braces within an address stand for the hub's origins.
 */
export type FaultAction =
  /** Ends the body after `atByte` bytes of this answer; the headers still promise all of it. */
  | { readonly type: "cut"; readonly atByte: number; readonly how: CutHow }
  /** Turns one bit of the file over; `atByte` counts from the start of the file. */
  | { readonly type: "flip"; readonly atByte: number; readonly bit?: number }
  /** Sends zeros in place of the last bytes of this answer, as a hole in a file would read. */
  | { readonly type: "zero-tail"; readonly bytes: number }
  /** Leaves the last bytes out, and says so in a consistent `Content-Length`. */
  | { readonly type: "short"; readonly byBytes: number }
  /** Adds bytes at the end, and says so in a consistent `Content-Length`. */
  | { readonly type: "extra"; readonly bytes: number }
  | {
      readonly type: "status";
      readonly status: number;
      readonly retryAfter?: string;
      readonly rateLimit?: string;
      readonly errorCode?: string;
      readonly errorMessage?: string;
      readonly html?: boolean;
      /** Headers that look like facts about a file. */
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Answers a range request with 200 and everything. */
  | { readonly type: "ignore-range" }
  /** Answers a range request with 200, `Content-Range` and only the part, as ModelScope does. */
  | { readonly type: "slice-as-whole" }
  /** Answers 206 with bytes, and an honest `Content-Range`, that start elsewhere. @default {-1} */
  | { readonly type: "wrong-content-range"; readonly shiftBytes?: number }
  /** Leaves `Content-Length` out, or, with `byBytes`, misstates it by so much. */
  | { readonly type: "content-length"; readonly byBytes?: number }
  /** Shows another `ETag`, as if the file had changed. */
  | { readonly type: "rotate-etag" }
  /** Publishes the next prepared commit, then answers this request. */
  | { readonly type: "move-branch" }
  /** A web page, status 200, in place of whatever was asked for. */
  | { readonly type: "html" }
  /** The pointer text in place of the file. */
  | { readonly type: "lfs-pointer" }
  | { readonly type: "redirect"; readonly to: string; readonly status?: number }
  /** Redirects to itself without end; one firing starts it. */
  | { readonly type: "redirect-loop" }
  /** The content network says that the signed address is no longer good. */
  | { readonly type: "expire-cdn" }
  /** Says nothing at all. */
  | { readonly type: "no-answer" }
  | { readonly type: "refuse" }
  | { readonly type: "reset" }
  /** Ends the connection properly before any answer. */
  | { readonly type: "close" }
  /** Sends the body so slowly, by the hub's clock. */
  | { readonly type: "drip"; readonly bytesPerSecond: number }
  /** A compressed body that grows to `inflatedBytes` zeros. */
  | { readonly type: "gzip-bomb"; readonly inflatedBytes: number }
  /** The honest body, then more without end. */
  | { readonly type: "endless-body" }
  /** A listing in which every page names another page; one firing starts it. */
  | { readonly type: "endless-pages" }
  /** Shows the file `from` under the name `to`, which may be hostile. */
  | { readonly type: "rename-listing-path"; readonly from: string; readonly to: string }
  /** Adds so many made-up entries to this page of the listing. */
  | { readonly type: "oversize-listing"; readonly entries: number }
  /** Answers late, by the real clock, whatever clock the subject has. */
  | { readonly type: "delay"; readonly delayMs: number };

/** A fault and when it happens. */
export interface FaultRule {
  readonly match: FaultMatch;
  readonly do: FaultAction;
}

/** What a rule can see of a request. */
export interface RequestFacts {
  readonly kind: ExchangeKind;
  readonly method: string;
  /** Decoded path. */
  readonly path: string;
  /** Repository path of the file that the request is about. */
  readonly file: string | undefined;
  readonly hasRange: boolean;
}

/**
 * Whether a rule is for a request, its count aside.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { matchesRequest } from "mlx-conform/internal";
 *
 * const facts = { kind: "resolve", method: "GET", path: "/o/n/resolve/main/a.json", file: "a.json", hasRange: false } as const;
 * assert.ok(matchesRequest({ path: "*.json", method: "GET" }, facts));
 * assert.ok(!matchesRequest({ path: "*.json", range: true }, facts));
 * ```
 */
export function matchesRequest(match: FaultMatch, facts: RequestFacts): boolean {
  if (match.method !== undefined && match.method !== facts.method) return false;
  if (match.kind !== undefined && match.kind !== facts.kind) return false;
  if (match.range !== undefined && match.range !== facts.hasRange) return false;
  if (match.path === undefined) return true;
  if (fnmatch(match.path, facts.path)) return true;
  return facts.file !== undefined && fnmatch(match.path, facts.file);
}
