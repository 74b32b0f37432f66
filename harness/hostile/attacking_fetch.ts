import type { Fetch, HttpResponse } from "../../spec/mod.ts";
import type { Attack, Attacked } from "../arbitraries/any_attack.ts";

/** Lets what a hub answers be changed by an attack; `fired()` says how often. */
export function attackingFetch(
  fetch: Fetch,
  attack: Attack,
): { readonly fetch: Fetch; readonly fired: () => number } {
  let fired = 0;
  const attacking: Fetch = async (url, request) => {
    const response = await fetch(url, request);
    if (attack.kind === "measure" || kindOf(url) !== attack.on) return response;
    fired++;
    return attacked(response, attack);
  };
  return { fetch: attacking, fired: () => fired };
}

function kindOf(url: string): Attacked {
  const { pathname } = new URL(url);
  if (/^\/api\/models\/.*\/tree\//.test(pathname)) return "tree";
  if (pathname.startsWith("/api/models/")) return "info";
  return pathname.includes("/resolve/") ? "resolve" : "cdn";
}

async function attacked(
  response: HttpResponse,
  attack: Exclude<Attack, { readonly kind: "measure" }>,
): Promise<HttpResponse> {
  switch (attack.kind) {
    case "header":
      return { ...whole(response), headers: withHeader(response, attack.name, attack.value) };
    case "redirect":
      return {
        status: attack.status,
        headers: withHeader(response, "location", attack.location),
        body: null,
      };
    case "json":
      return withText(response, attack.text);
    case "field": {
      const value: unknown = await jsonOf(response);
      if (value === undefined) return response;
      const changed = Array.isArray(value)
        ? value.map((entry: unknown, at) =>
            attack.nth === undefined || attack.nth === at ? withField(entry, attack) : entry,
          )
        : withField(value, attack);
      return withText(response, JSON.stringify(changed));
    }
  }
}

/** A response's own parts; a platform's `Response` does not spread. */
function whole({ status, headers, body }: HttpResponse): HttpResponse {
  return { status, headers, body };
}

function withHeader(
  { headers }: HttpResponse,
  name: string,
  value: string,
): HttpResponse["headers"] {
  return { get: (asked) => (asked.toLowerCase() === name ? value : headers.get(asked)) };
}

function withText(response: HttpResponse, text: string): HttpResponse {
  const bytes = new TextEncoder().encode(text);
  return {
    status: response.status,
    headers: withHeader(response, "content-length", String(bytes.length)),
    body: ReadableStream.from([bytes]),
  };
}

/** Also sets `__proto__`, as `JSON.parse` does and an assignment would not. */
function withField(entry: unknown, field: { readonly name: string; readonly value: unknown }) {
  if (typeof entry !== "object" || entry === null) return entry;
  const copy: object = { ...entry };
  Object.defineProperty(copy, field.name, {
    value: field.value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return copy;
}

async function jsonOf({ status, body }: HttpResponse): Promise<unknown> {
  if (status !== 200 || body === null) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}
