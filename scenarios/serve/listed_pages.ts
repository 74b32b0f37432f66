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
    entries.push(...(await readAnswer(verdict, bytes, (value) => [...(value as ListedEntry[])])));
    const next = nextPage(reply);
    const isWhole = next === undefined || /^https?:\/\//i.test(next);
    verdict.holds("SERVE-LISTING", isWhole, `the next page is ${next}, at no host`);
    target = next?.replace(/^https?:\/\/[^/]*/i, "");
  }
  return { entries, pageCount };
}

/** Reads what an answer says: what the protocol does not have there breaks the requirement. */
export async function readAnswer<T>(
  verdict: Verdict,
  bytes: Uint8Array,
  read: (value: unknown) => T,
): Promise<T> {
  const text = Buffer.from(bytes).toString("utf8");
  return verdict.attempt("SERVE-LISTING", async () => read(JSON.parse(text)));
}

/** The files among entries, to be compared. */
export function fileLines(entries: readonly ListedEntry[]): string {
  return entries
    .filter(({ type }) => type === "file")
    .map(({ path, size, oid, lfs }) => `${path} ${size} ${oid} ${lfs?.oid} ${lfs?.size}`)
    .toSorted()
    .join("\n");
}

/** The address as it stands: huggingface_hub asks for it as it is, and cannot for one without a host. */
function nextPage({ headers }: ServedReply): string | undefined {
  return /<([^>]*)>; *rel="?next"?/.exec(headers.get("link") ?? "")?.[1];
}
