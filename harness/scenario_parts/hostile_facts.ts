import type { Fetch, HttpResponse } from "../../spec/mod.ts";

/** Where a hostile hub can put a value that a client might take for a file name. */
export const HOSTILE_FACTS = ["commit", "oid", "etag", "x-repo-commit", "x-linked-etag"] as const;

/** One such place. */
export type HostileFact = (typeof HOSTILE_FACTS)[number];

/** Lets a hub state a hostile value; what is asked for by that value is answered as by the true one. */
export function withHostileFact(
  fetch: Fetch,
  options: { readonly fact: HostileFact; readonly value: string; readonly commit: string },
): Fetch {
  const { fact, value, commit } = options;
  return async (url, request) => {
    const response = await fetch(url.replaceAll(encodeURIComponent(value), commit), request);
    if (fact === "commit") return withText(response, (text) => text.replaceAll(commit, value));
    if (fact === "oid" && url.includes("/tree/"))
      return withText(response, (text) => text.replace(/"oid":"[0-9a-f]+"/g, `"oid":"${value}"`));
    return withHeader(response, { name: fact, value });
  };
}

async function withText(
  response: HttpResponse,
  change: (text: string) => string,
): Promise<HttpResponse> {
  const { status, headers, body } = response;
  const isJson = headers.get("content-type")?.includes("json") ?? false;
  if (body === null || !isJson) return response;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const changed = new TextEncoder().encode(change(Buffer.concat(chunks).toString()));
  const get = (name: string) =>
    name.toLowerCase() === "content-length" ? String(changed.length) : headers.get(name);
  return { status, headers: { get }, body: ReadableStream.from([changed]) };
}

function withHeader(
  response: HttpResponse,
  header: { readonly name: string; readonly value: string },
): HttpResponse {
  const { status, headers, body } = response;
  const get = (name: string) =>
    name.toLowerCase() === header.name ? header.value : headers.get(name);
  return { status, headers: { get }, body };
}
