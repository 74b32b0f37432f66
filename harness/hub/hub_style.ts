/** Legal spellings of the `Link` header that names the next page (RFC 8288). */
export const LINK_STYLES = [
  "absolute",
  "relative",
  "tight",
  "unquoted",
  "parameter-first",
  "quoted-delimiters",
  "several-links",
  "several-relations",
  "several-fields",
  "query-only",
  "spaced",
  "escaped-quotes",
  "delimiters-in-target",
  "second-rel",
  "upper-case",
] as const;

/** One legal spelling of the `Link` header. */
export type LinkStyle = (typeof LINK_STYLES)[number];

/** How a hub that tells the truth tells it. Each value is something that a real hub or mirror does. */
export interface HubStyle {
  /** Large files: `cdn` answers 302 to the content network, `direct` sends the bytes. */
  readonly lfsFiles: "cdn" | "direct";
  /** Small files: `resolve-cache` answers a relative 307 first. */
  readonly smallFiles: "direct" | "resolve-cache";
  /** Entries on one page of a listing. */
  readonly pageSize: number;
  readonly linkStyle: LinkStyle;
  /** `proxied` is what a compressing proxy makes of it: `"abc-gzip"`. The hub's own `X-Linked-Etag` stays as it is. */
  readonly etagStyle: "strong" | "weak" | "proxied";
  /** Whether resolve answers have `X-Repo-Commit`. */
  readonly sendCommitHeader: boolean;
  readonly sendEtag: boolean;
  readonly sendContentLength: boolean;
  /** Whether redirects have `X-Linked-Etag` and `X-Linked-Size`. */
  readonly sendLinkedHeaders: boolean;
  /** Whether a recursive listing has entries for directories too. */
  readonly directoryEntries: boolean;
  /** Compress small files for a client that accepts it; a compressed answer ignores `Range`. */
  readonly gzipSmallFiles: boolean;
  /** Compress them also for a client that did not ask for it, as some mirrors do. */
  readonly gzipUnasked: boolean;
  /** Hide the hashes in the listing of a gated repository from readers without access. */
  readonly maskHashes: boolean;
  /** How long a signed address of the content network is good. */
  readonly cdnTtlMs: number;
  readonly rateLimitHeaders: boolean;
  /**
   * Name the error also where the real hub leaves a bare 401 (a missing or private repository,
   * asked for without a token). The Python client reads a bare 401 so over https only.
   */
  readonly namesErrorToAnonymous: boolean;
  /** Bytes that the fronts hand over at once. */
  readonly chunkBytes: number;
}

/** A plain hub: as the real one, without the detour by which that serves small files. */
export const DEFAULT_HUB_STYLE: HubStyle = {
  lfsFiles: "cdn",
  smallFiles: "direct",
  pageSize: 1000,
  linkStyle: "absolute",
  etagStyle: "strong",
  sendCommitHeader: true,
  sendEtag: true,
  sendContentLength: true,
  sendLinkedHeaders: true,
  directoryEntries: true,
  gzipSmallFiles: false,
  gzipUnasked: false,
  maskHashes: true,
  cdnTtlMs: 3_600_000,
  rateLimitHeaders: false,
  namesErrorToAnonymous: false,
  chunkBytes: 65_536,
};

/** The hub as huggingface.co answered when it was last measured; a test holds it against what was recorded. */
export const LIVE_HUB_STYLE: HubStyle = {
  ...DEFAULT_HUB_STYLE,
  smallFiles: "resolve-cache",
  rateLimitHeaders: true,
};
