/**
 * The listings of a server of models, however many pages they have.
 *
 * @module
 */

import type { ModelServer } from "../../spec/mod.ts";
import { askServer, type ServedReply } from "../../harness/internal.ts";
import type { Verdict } from "../../harness/mod.ts";

/** A model has fewer files. */
const PAGES_MAX = 200;

/** An entry of a listing, as far as it is compared. */
export interface ListedEntry {
  readonly type: string;
  readonly path: string;
  readonly size: number;
  readonly oid: string;
  readonly lfs?: { readonly oid: string; readonly size: number };
}

/** Asks for a listing, and for each next page that is named. */
export async function listedPages(
  server: ModelServer,
  start: string,
  verdict: Verdict,
): Promise<{ readonly entries: readonly ListedEntry[]; readonly pageCount: number }> {
  const entries: ListedEntry[] = [];
  let pageCount = 0;
  for (let target: string | undefined = start; target !== undefined; pageCount++) {
    const reply = await askServer(server, { target });
    const { status, bytes } = reply;
    verdict.holds("SERVE-LISTING", status === 200, `${target} is answered by ${status}`);
    verdict.holds("SERVE-LISTING", pageCount < PAGES_MAX, "the listing has no end");
    entries.push(...(JSON.parse(Buffer.from(bytes).toString("utf8")) as readonly ListedEntry[]));
    target = nextPage(reply);
  }
  return { entries, pageCount };
}

/** The files among entries, to be compared. */
export function fileLines(entries: readonly ListedEntry[]): string {
  return entries
    .filter(({ type }) => type === "file")
    .map(({ path, size, oid, lfs }) => `${path} ${size} ${oid} ${lfs?.oid} ${lfs?.size}`)
    .toSorted()
    .join("\n");
}

function nextPage({ headers }: ServedReply): string | undefined {
  const next = /<([^>]*)>; *rel="?next"?/.exec(headers.get("link") ?? "")?.[1];
  return next?.replace(/^https?:\/\/[^/]*/, "");
}
