import { setTimeout as sleep } from "node:timers/promises";
import type { Fetch, HttpResponse } from "../../spec/mod.ts";
import type { StartOptions, World } from "../worlds/world.ts";

/** Lets a host that no hub has answer as the hub does: a mirror, a proxy's host, or a stranger. */
export function answeredBy(
  fetch: Fetch,
  options: { readonly host: string; readonly hub: string },
): Fetch {
  const { host, hub } = options;
  return (url, request) =>
    fetch(new URL(url).origin === host ? hub + url.slice(host.length) : url, request);
}

/** A host that sends every request on, with path and query, to the hub. */
export function redirectedTo(
  fetch: Fetch,
  options: { readonly host: string; readonly hub: string; readonly status: number },
): Fetch {
  const { host, hub, status } = options;
  return async (url, request) =>
    new URL(url).origin === host
      ? bareResponse(status, { location: hub + url.slice(host.length) })
      : fetch(url, request);
}

/** Ways in which clients of HTTP hand on why a connection failed. */
export const FAULT_SHAPES = ["cause", "itself", "several", "round"] as const;

/** How an error tells the code of a failed connection. */
export type FaultShape = (typeof FAULT_SHAPES)[number];

/** A host that cannot be reached, though the network is there; `times` such requests fail, and then it is there again. */
export function unreachable(
  fetch: Fetch,
  options: {
    readonly host: string;
    readonly code: string;
    /** @default {"cause", as `fetch` itself does} */
    readonly shape?: FaultShape;
    /** @default {all} */
    readonly times?: number;
  },
): Fetch {
  const { host, code, shape = "cause", times = Number.POSITIVE_INFINITY } = options;
  let failed = 0;
  return async (url, request) => {
    if (new URL(url).origin !== host || failed >= times) return fetch(url, request);
    failed++;
    throw connectionError(code, shape);
  };
}

function connectionError(code: string, shape: FaultShape): Error {
  const cause = Object.assign(new Error(`connect ${code}`), { code });
  switch (shape) {
    case "itself":
      return cause;
    case "several":
      // One for each address of a name; the code is that of the first.
      return new TypeError("fetch failed", {
        cause: Object.assign(new AggregateError([cause, new Error("no")]), { code }),
      });
    case "round":
      cause.cause = cause;
      return new TypeError("fetch failed", { cause });
    case "cause":
      return new TypeError("fetch failed", { cause });
  }
}

/** Lets connections break once so many bytes of bodies were taken, so that a body without end comes to one. */
export function cutOff(
  fetch: Fetch,
  options: { readonly isMeant: (url: string) => boolean; readonly afterBytes: number },
): Fetch {
  const { isMeant, afterBytes } = options;
  let taken = 0;
  async function* pieces(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const bytes of body) {
      if (taken >= afterBytes) {
        const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
        throw new TypeError("terminated", { cause });
      }
      taken += bytes.length;
      yield bytes;
    }
  }
  return async (url, request) => {
    const { status, headers, body } = await fetch(url, request);
    return { status, headers, body: body === null || !isMeant(url) ? body : pieces(body) };
  };
}

/** Changes the `Link` header of every listing page; undefined leaves it as it is. */
export function withLink(
  fetch: Fetch,
  change: (link: string, url: string) => string | null | undefined,
): Fetch {
  return async (url, request) => {
    const response = await fetch(url, request);
    const link = response.headers.get("link");
    const changed = link === null ? undefined : change(link, url);
    if (changed === undefined) return response;
    return {
      status: response.status,
      body: response.body,
      headers: {
        get: (name) => (name.toLowerCase() === "link" ? changed : response.headers.get(name)),
      },
    };
  };
}

/** Adds a header field to every answer of one host. */
export function withField(
  fetch: Fetch,
  options: { readonly host: string; readonly name: string; readonly value: string },
): Fetch {
  const { host, name, value } = options;
  return async (url, request) => {
    const response = await fetch(url, request);
    if (new URL(url).origin !== host) return response;
    const { status, headers, body } = response;
    const get = (wanted: string) => (wanted.toLowerCase() === name ? value : headers.get(wanted));
    return { status, headers: { get }, body };
  };
}

function bareResponse(status: number, headers: Readonly<Record<string, string>>): HttpResponse {
  return {
    status,
    headers: { get: (name) => headers[name.toLowerCase()] ?? null },
    body: null,
  };
}

/**
 * Lets the pieces of bodies come so far apart that a program deals with each by itself, also on a busy machine. Where time is
 * simulated they do so anyway.
 */
export function paced(
  world: Pick<World, "kind">,
  options: { readonly pauseMs: number },
): Pick<StartOptions, "relay"> {
  return world.kind === "process" ? { relay: (fetch) => pacedFetch(fetch, options.pauseMs) } : {};
}

function pacedFetch(fetch: Fetch, pauseMs: number): Fetch {
  async function* pieces(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const bytes of body) {
      yield bytes;
      await sleep(pauseMs);
    }
  }
  return async (url, request) => {
    const { status, headers, body } = await fetch(url, request);
    return { status, headers, body: body === null ? body : pieces(body) };
  };
}

/** Changes each entry of the hub's listings. */
export function changedListing(
  fetch: Fetch,
  change: (entry: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Fetch {
  return async (url, request) => {
    const response = await fetch(url, request);
    const { status, headers, body } = response;
    const isListing = /^\/api\/models\/[^/]+\/[^/]+\/tree\//.test(new URL(url).pathname);
    if (!isListing || status !== 200 || body === null) return response;
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const entries: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const changed = Array.isArray(entries)
      ? entries.map((entry: Readonly<Record<string, unknown>>) => change(entry))
      : entries;
    const bytes = new TextEncoder().encode(JSON.stringify(changed));
    const get = (name: string) =>
      name.toLowerCase() === "content-length" ? String(bytes.length) : headers.get(name);
    return { status, headers: { get }, body: ReadableStream.from([bytes]) };
  };
}
