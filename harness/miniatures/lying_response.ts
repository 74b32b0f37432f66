import type { Fetch, HttpResponse } from "../../spec/mod.ts";

/** A response with other headers; `undefined` takes one away. */
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

/** A fetch whose JSON answers are changed on their way; a change may take its time. */
export function changingJson(
  fetch: Fetch,
  change: (value: unknown, url: string) => unknown,
): Fetch {
  return async (url, request) => {
    const response = await fetch(url, request);
    if (response.status !== 200 || !url.includes("/api/models/")) return response;
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body ?? []) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    const value = parsedJson(text);
    // A login page in place of an answer is passed on: what is no JSON is nothing to lie about.
    const told = value === undefined ? text : JSON.stringify(await change(value, url));
    const bytes = new TextEncoder().encode(told);
    const body = (async function* () {
      yield bytes;
    })();
    return { ...withHeaders(response, { "content-length": undefined }), body };
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
