import type { Digest } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { apiUrl } from "./hub_urls.ts";
import type { HubClient } from "./hub_client.ts";
import { nextPage } from "./next_page.ts";

/** Entries of a listing, directories included; the largest real repositories have some 100,000. */
const ENTRIES_MAX = 200_000;
/** Pages of a listing; a hub that sends one entry a page is not sane. */
const PAGES_MAX = 2_000;

/** One file as the hub lists it. */
export interface ListedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** The hash that the hub states, or undefined when it hides it. */
  readonly digest: Digest | undefined;
  /** Git's id of the entry: of a large file, that of its pointer. Undefined when the hub hides it. */
  readonly blobId: string | undefined;
  readonly xetHash: string | undefined;
}

/** Options of {@linkcode listFiles}. */
export interface ListFilesOptions {
  readonly repository: string;
  /** The commit; never a branch, which could move between two pages: `DL-ONE-COMMIT`. */
  readonly commit: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lists every file of a commit: `HUB-PAGES`, `HUB-DIRECTORIES`, `HUB-LIMIT-LISTING`.
 *
 * @throws {ModelError} `limit-exceeded` for a listing without end, `not-a-hub` for one of another shape
 */
export async function listFiles(
  client: HubClient,
  options: ListFilesOptions,
): Promise<ListedFile[]> {
  const { repository, commit, signal } = options;
  const attempt = `list the files of "${repository}"`;
  // Who names a branch is not to blame for the commit that the hub makes of it.
  const remedy = `the hub named commit ${commit} itself; retry the command later`;
  const listed: ListedFile[] = [];
  const seen = new Set<string>();
  let entries = 0;
  let url: string | undefined =
    `${apiUrl(client.endpoint, repository)}/tree/${commit}?recursive=true&expand=false`;
  while (url !== undefined) {
    if (seen.has(url) || seen.size >= PAGES_MAX) throw endless(attempt);
    seen.add(url);
    const page = await client.askJson({
      url,
      attempt,
      absent: "revision-not-found",
      remedy,
      signal,
    });
    if (!Array.isArray(page.value)) throw misshapen(attempt);
    entries += page.value.length;
    if (entries > ENTRIES_MAX) throw endless(attempt);
    for (const entry of page.value as readonly unknown[]) {
      const file = readEntry(entry, attempt);
      if (file !== undefined) listed.push(file);
    }
    url = nextPage(page);
    if (url !== undefined) client.http.assertStaysSecure(page.url, url);
  }
  return listed;
}

function readEntry(entry: unknown, attempt: string): ListedFile | undefined {
  if (typeof entry !== "object" || entry === null) throw misshapen(attempt);
  const { type, path, size, oid, lfs, xetHash } = entry as Record<string, unknown>;
  if (type === "directory") return undefined;
  if (typeof path !== "string") throw misshapen(attempt);
  const large =
    typeof lfs === "object" && lfs !== null ? (lfs as Record<string, unknown>) : undefined;
  const sizeBytes = large?.["size"] ?? size;
  if (typeof sizeBytes !== "number" || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
    throw misshapen(attempt);
  return {
    path,
    sizeBytes,
    digest: large === undefined ? gitDigest(oid) : lfsDigest(large["oid"]),
    blobId: gitDigest(oid)?.slice("git-sha1:".length),
    xetHash: typeof xetHash === "string" && /^[0-9a-f]{64}$/.test(xetHash) ? xetHash : undefined,
  };
}

function gitDigest(oid: unknown): Digest | undefined {
  return typeof oid === "string" && /^[0-9a-f]{40}$/.test(oid) ? `git-sha1:${oid}` : undefined;
}

function lfsDigest(oid: unknown): Digest | undefined {
  const hex = typeof oid === "string" ? oid.replace(/^sha256:/, "") : "";
  return /^[0-9a-f]{64}$/.test(hex) ? `sha256:${hex}` : undefined;
}

function endless(attempt: string): ModelError {
  return new ModelError(
    "limit-exceeded",
    `Cannot ${attempt}: the listing does not end; check the hub's address`,
  );
}

function misshapen(attempt: string): ModelError {
  return new ModelError(
    "not-a-hub",
    `Cannot ${attempt}: the answer is not a listing; check the hub's address`,
  );
}
