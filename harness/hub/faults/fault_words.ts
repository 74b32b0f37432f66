import type { FaultAction, FaultMatch } from "./fault_rule.ts";

/** How a value is written in a command line. */
export type FaultValue = "integer" | "text" | "flag" | readonly string[];

/** The fields of a type of fault, `type` aside. */
type FieldsOf<Type extends FaultAction["type"]> = Exclude<
  Extract<keyof Extract<FaultAction, { readonly type: Type }>, string>,
  "type"
>;

/** What the words of a fault are, for a reader and for `parseFault`. */
export interface FaultWord<Field extends string = string> {
  /** What a client sees. */
  readonly says: string;
  readonly fields: Readonly<Record<Field, FaultValue>>;
  /** The fields that may be left out. */
  readonly optional?: readonly Field[];
  /** The fields, as an example. */
  readonly example: string;
}

/** Every fault that a hub can be told to have, by the words of the fault script. */
export const FAULT_WORDS: {
  readonly [Type in FaultAction["type"]]: FaultWord<FieldsOf<Type>>;
} = {
  cut: {
    says: "the body ends after so many bytes: properly, by reset, or in silence",
    fields: { atByte: "integer", how: ["fin", "rst", "stall"] },
    example: "atByte=1000 how=rst",
  },
  flip: {
    says: "one bit of the file is another",
    fields: { atByte: "integer", bit: "integer" },
    optional: ["bit"],
    example: "atByte=100",
  },
  "zero-tail": {
    says: "the last bytes are zeros",
    fields: { bytes: "integer" },
    example: "bytes=64",
  },
  short: {
    says: "the last bytes are missing, and Content-Length agrees",
    fields: { byBytes: "integer" },
    example: "byBytes=1",
  },
  extra: {
    says: "bytes are added at the end, and Content-Length agrees",
    fields: { bytes: "integer" },
    example: "bytes=1",
  },
  status: {
    says: "an error in place of the answer",
    fields: {
      status: "integer",
      retryAfter: "text",
      rateLimit: "text",
      errorCode: "text",
      errorMessage: "text",
      html: "flag",
      headers: "text",
    },
    optional: ["retryAfter", "rateLimit", "errorCode", "errorMessage", "html", "headers"],
    example: "status=503 retryAfter=2",
  },
  "ignore-range": {
    says: "a range request gets 200 and everything",
    fields: {},
    example: "",
  },
  "slice-as-whole": {
    says: "a range request gets 200 with Content-Range and only that part",
    fields: {},
    example: "",
  },
  "wrong-content-range": {
    says: "206 with bytes, and a correct Content-Range, that start elsewhere",
    fields: { shiftBytes: "integer" },
    optional: ["shiftBytes"],
    example: "shiftBytes=-1",
  },
  "content-length": {
    says: "Content-Length is absent, or wrong by so many bytes",
    fields: { byBytes: "integer" },
    optional: ["byBytes"],
    example: "byBytes=5",
  },
  "rotate-etag": {
    says: "another ETag, as if the file had changed",
    fields: {},
    example: "",
  },
  "move-branch": {
    says: "the next commit is published before the answer",
    fields: {},
    example: "kind=resolve",
  },
  html: {
    says: "a web page with status 200",
    fields: {},
    example: "path=config.json",
  },
  "lfs-pointer": {
    says: "the pointer text in place of a large file",
    fields: {},
    example: "kind=cdn",
  },
  redirect: {
    says: "a redirect to an address; {endpoint}, {cdn} and {url} stand for the hub's own",
    fields: { to: "text", status: "integer" },
    optional: ["status"],
    example: "to={cdn}/elsewhere status=302",
  },
  "redirect-loop": {
    says: "redirects to itself without end",
    fields: {},
    example: "kind=resolve",
  },
  "expire-cdn": {
    says: "the signed address of the content network is no longer good",
    fields: {},
    example: "",
  },
  "no-answer": { says: "silence", fields: {}, example: "kind=tree" },
  refuse: { says: "a refused connection", fields: {}, example: "nth=2" },
  reset: { says: "a reset connection", fields: {}, example: "nth=2" },
  close: { says: "the connection ends before the answer", fields: {}, example: "" },
  drip: {
    says: "the body comes slowly",
    fields: { bytesPerSecond: "integer" },
    example: "bytesPerSecond=1000 path=*.safetensors nth=all",
  },
  "gzip-bomb": {
    says: "a compressed body that grows to so many zeros",
    fields: { inflatedBytes: "integer" },
    example: "inflatedBytes=1000000000",
  },
  "endless-body": { says: "the body, then more without end", fields: {}, example: "kind=resolve" },
  "endless-pages": {
    says: "a listing in which every page names another page",
    fields: {},
    example: "",
  },
  "rename-listing-path": {
    says: "the listing shows a file under another name",
    fields: { from: "text", to: "text" },
    example: "from=config.json to=../config.json",
  },
  "oversize-listing": {
    says: "the listing has so many more entries",
    fields: { entries: "integer" },
    example: "entries=200000",
  },
  delay: {
    says: "the answer comes late",
    fields: { delayMs: "integer" },
    example: "delayMs=5000 nth=all",
  },
};

/** The words that say which requests a fault is for. */
export const MATCH_WORDS: {
  readonly [Field in keyof Required<FaultMatch>]: {
    readonly says: string;
    readonly value: FaultValue;
  };
} = {
  method: { says: "GET, HEAD or POST", value: ["GET", "HEAD", "POST"] },
  path: {
    says: "a pattern on the path of the request or of the file; * crosses /",
    value: "text",
  },
  kind: {
    says: "info, tree, paths-info, resolve, cdn, url or unknown",
    value: ["info", "tree", "paths-info", "resolve", "cdn", "url", "unknown"],
  },
  nth: { says: 'which of the matching requests, from 1, or "all"; 1 by default', value: "integer" },
  range: { says: "whether the request has a Range header: yes or no", value: "flag" },
};
