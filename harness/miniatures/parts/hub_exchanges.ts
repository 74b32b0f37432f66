import type { Fetch, Host, HttpResponse, SubjectConfig } from "../../../spec/mod.ts";
import { encodePath } from "../../hub/hub_route.ts";

/** An entry of a listing, as far as a mistake looks at it. */
export interface ListedEntry {
  readonly path?: string;
  readonly type?: string;
  readonly oid?: string;
  readonly size?: number;
  readonly lfs?: unknown;
}

/** A response with other headers; `undefined` removes one. */
export function withHeaders(
  response: HttpResponse,
  changes: Readonly<Record<string, string | undefined>>,
): HttpResponse {
  const get = (name: string) => {
    const lower = name.toLowerCase();
    return lower in changes ? (changes[lower] ?? null) : response.headers.get(name);
  };
  return { status: response.status, headers: { get }, body: response.body };
}

/** Reads the body of a response. */
export async function readBody(response: HttpResponse): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A fetch that changes the JSON of the hub's API. */
export function changingJson(
  fetch: Fetch,
  change: (value: unknown, url: string) => unknown,
): Fetch {
  return async (url, request) => {
    const response = await fetch(url, request);
    if (response.status !== 200 || !url.includes("/api/models/")) return response;
    const text = Buffer.from(await readBody(response)).toString("utf8");
    const value = parsedJson(text);
    // What is not JSON, such as a login page in place of an answer, is passed on.
    const changed = value === undefined ? text : JSON.stringify(await change(value, url));
    const bytes = new TextEncoder().encode(changed);
    const body = (async function* () {
      yield bytes;
    })();
    return { ...withHeaders(response, { "content-length": undefined }), body };
  };
}

/** A fetch that changes the entries of the hub's listings. */
export function changingListings(
  fetch: Fetch,
  change: (
    entries: readonly ListedEntry[],
    url: string,
  ) => readonly ListedEntry[] | Promise<readonly ListedEntry[]>,
): Fetch {
  return changingJson(fetch, (value, url) => (isListing(value) ? change(value, url) : value));
}

/** Asks the hub something that nobody needs, at a path of its endpoint; what comes of it does not matter. */
export async function askInVain(host: Host, config: SubjectConfig, path: string): Promise<void> {
  const url = `${config.env["HF_ENDPOINT"]}/${path}`;
  await host.fetch(url, { method: "GET", headers: {} }).catch(() => {});
}

/** Transfers files of a repository and keeps nothing of them. */
export async function transferInVain(
  { host, config }: { readonly host: Host; readonly config: SubjectConfig },
  source: { readonly repository: string; readonly commit: string },
  paths: readonly string[],
): Promise<void> {
  const { repository, commit } = source;
  for (const path of paths) {
    let url = `${config.env["HF_ENDPOINT"]}/${repository}/resolve/${commit}/${encodePath(path)}`;
    for (;;) {
      const response = await host.fetch(url, { method: "GET", headers: {} });
      const location = response.headers.get("location");
      for await (const _ of response.body ?? []) continue;
      if (location === null) break;
      url = new URL(location, url).href;
    }
  }
}

function isListing(value: unknown): value is ListedEntry[] {
  return (
    Array.isArray(value) && value.every((entry) => typeof entry === "object" && entry !== null)
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
