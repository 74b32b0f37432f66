import type { Fetch, HttpResponse } from "../../spec/mod.ts";
import type { HubExchange } from "../hub/mod.ts";
import type { ModelFile } from "../models/mod.ts";
import { wantedFiles } from "./disk_observations.ts";

/** One request as it left the subject. */
export interface SeenRequest {
  readonly url: string;
  /** Scheme, host and port. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly proxy: string | undefined;
  /** Decoded body bytes that the subject took so far. */
  readonly bytesTaken: number;
}

/** Sees every request of a process, also those that no hub answers. */
export interface WireLog {
  readonly requests: readonly SeenRequest[];
  /** Wraps the network of a process; see `StartOptions.fetch`. */
  readonly watch: (fetch: Fetch) => Fetch;
}

/** The value of the request's `Authorization` header, if it has one. */
export function authorizationOf(request: SeenRequest): string | undefined {
  const field = Object.entries(request.headers).find(
    ([name]) => name.toLowerCase() === "authorization",
  );
  return field?.[1];
}

/** Makes an empty log. */
export function wireLog(): WireLog {
  const requests: SeenRequest[] = [];
  return {
    requests,
    watch: (fetch) => async (url, request) => {
      const { headers, proxy } = request;
      const seen = { url, origin: new URL(url).origin, headers, proxy, bytesTaken: 0 };
      requests.push(seen);
      const response = await fetch(url, request);
      return countingResponse(response, (sizeBytes) => {
        seen.bytesTaken += sizeBytes;
      });
    },
  };
}

function countingResponse(
  response: HttpResponse,
  onBytes: (sizeBytes: number) => void,
): HttpResponse {
  const { status, headers, body } = response;
  if (body === null) return response;
  return {
    status,
    headers,
    body: {
      [Symbol.asyncIterator]() {
        const chunks = body[Symbol.asyncIterator]();
        return {
          next: async () => {
            const next = await chunks.next();
            if (!next.done) onBytes(next.value.length);
            return next;
          },
          return: async () => {
            await chunks.return?.();
            return { done: true, value: undefined };
          },
        };
      },
    },
  };
}

/** Exchanges that carry the bytes of files: not information, listings and redirects. */
export function contentExchanges(log: readonly HubExchange[]): HubExchange[] {
  return log.filter(
    ({ kind, status, method }) =>
      ["resolve", "cdn", "url"].includes(kind) &&
      method === "GET" &&
      (status === 200 || status === 206),
  );
}

/** Bytes of files that went over the wire. */
export function contentBytes(log: readonly HubExchange[]): number {
  return contentExchanges(log).reduce((sum, { bytesSent }) => sum + bytesSent, 0);
}

/**
 * The files that a download without patterns has to bring or has brought: those that the default patterns take, and others that
 * were asked for, as a whole snapshot is as good.
 */
export function takenFiles(log: readonly HubExchange[], files: readonly ModelFile[]): ModelFile[] {
  const asked = new Set(log.map(({ file }) => file));
  const wanted = new Set(wantedFiles(files));
  return files.filter((file) => wanted.has(file) || asked.has(file.path));
}

/** The first byte that an exchange asked for. */
export function firstByte(exchange: HubExchange): number {
  return Number(/^bytes=(\d+)-/.exec(exchange.range ?? "")?.[1] ?? 0);
}
