import { relative } from "node:path";
import type { Clock, Fetch, FileSystem, HttpRequest, HttpResponse } from "../../spec/mod.ts";
import { type DiskCall, wrapFiles } from "../disk/wrappers/wrap_files.ts";

/** One thing that happened. */
export interface TraceEvent {
  /** Simulated time, of programs real time, in milliseconds since 1970. */
  readonly atMs: number;
  readonly pid: number;
  readonly side: "hub" | "protocol" | "disk" | "process";
  readonly what: string;
  /** How often it happened in a row. */
  readonly times: number;
  /** Bytes that it moved, all in all. */
  readonly sizeBytes?: number;
  /** How it failed, or what was answered. */
  readonly outcome?: string;
}

/** Where a process runs, as far as a trace must know. */
export interface TracedProcess {
  readonly pid: number;
  readonly root: string;
  readonly clock: Pick<Clock, "now">;
}

/** Notes what the processes of a world do with its disk and its hub, in one order. */
export class WorldTrace {
  readonly #events: TraceEvent[] = [];

  /** In the order of time. */
  get events(): readonly TraceEvent[] {
    return this.#events.toSorted((one, other) => one.atMs - other.atMs);
  }

  /** Adds an event that was seen from outside, in any order of time. */
  add(event: TraceEvent): void {
    const last = this.#events.at(-1);
    const isAgain =
      event.side === "disk" &&
      last?.side === "disk" &&
      last.pid === event.pid &&
      last.what === event.what;
    if (!isAgain) this.#events.push(event);
    else {
      const sizeBytes = (last.sizeBytes ?? 0) + (event.sizeBytes ?? 0);
      this.#events[this.#events.length - 1] = { ...last, sizeBytes, times: last.times + 1 };
    }
  }

  /** Notes something about a process as a whole. */
  note(process: TracedProcess, what: string): void {
    this.#add(process, { side: "process", what });
  }

  /** The disk, with every call noted when it ends. */
  files(files: FileSystem, process: TracedProcess): FileSystem {
    return wrapFiles(files, async (call, next) => {
      const event = { side: "disk", ...describeCall(call, process.root) } as const;
      try {
        const value = await next();
        this.#add(process, event);
        return value;
      } catch (error) {
        this.#add(process, { ...event, outcome: codeOf(error) });
        throw error;
      }
    });
  }

  /** The network, with every request, answer and body noted. */
  fetch(fetch: Fetch, process: TracedProcess): Fetch {
    return async (url, request) => {
      const what = describeRequest(url, request);
      this.#add(process, { side: "hub", what });
      try {
        const response = await fetch(url, request);
        this.#add(process, { side: "hub", what: `  ${response.status} to ${shortUrl(url)}` });
        return this.#tracedBody(response, { process, url });
      } catch (error) {
        this.#add(process, {
          side: "hub",
          what: `  no answer to ${shortUrl(url)}`,
          outcome: codeOf(error),
        });
        throw error;
      }
    };
  }

  #tracedBody(
    response: HttpResponse,
    context: { readonly process: TracedProcess; readonly url: string },
  ): HttpResponse {
    const { status, headers, body } = response;
    if (body === null) return response;
    const { process, url } = context;
    const add = (sizeBytes: number) =>
      this.#add(process, { side: "hub", what: `  body of ${shortUrl(url)}`, sizeBytes });
    const fail = (error: unknown) =>
      this.#add(process, {
        side: "hub",
        what: `  body of ${shortUrl(url)} breaks`,
        outcome: codeOf(error),
      });
    return {
      status,
      headers,
      body: (async function* () {
        try {
          for await (const chunk of body) {
            add(chunk.length);
            yield chunk;
          }
        } catch (error) {
          fail(error);
          throw error;
        }
      })(),
    };
  }

  #add({ pid, clock }: TracedProcess, event: Omit<TraceEvent, "atMs" | "pid" | "times">): void {
    const atMs = clock.now();
    const last = this.#events.at(-1);
    const isAgain =
      last !== undefined &&
      last.pid === pid &&
      last.side === event.side &&
      last.what === event.what &&
      last.outcome === event.outcome &&
      last.atMs === atMs;
    if (!isAgain) {
      this.#events.push({ atMs, pid, times: 1, ...event });
      return;
    }
    const sizeBytes = (last.sizeBytes ?? 0) + (event.sizeBytes ?? 0);
    const size = event.sizeBytes === undefined ? {} : { sizeBytes };
    this.#events[this.#events.length - 1] = { ...last, ...size, times: last.times + 1 };
  }
}

function describeCall(
  call: DiskCall,
  root: string,
): { readonly what: string; readonly sizeBytes?: number } {
  const { operation, path, target, mode, sizeBytes } = call;
  const place = (name: string) => {
    const inside = relative(root, name);
    if (inside === "") return "<root>";
    return inside.startsWith("..") ? name : inside;
  };
  const names =
    target === undefined
      ? place(path)
      : operation === "symlink"
        ? `${place(target)} to ${path}`
        : `${place(path)} to ${place(target)}`;
  const what = `${operation}${mode === undefined ? "" : ` ${mode}`} ${names}`;
  return sizeBytes === undefined ? { what } : { what, sizeBytes };
}

function describeRequest(url: string, { method, headers }: HttpRequest): string {
  const range = Object.entries(headers).find(([name]) => name.toLowerCase() === "range")?.[1];
  return `${method} ${shortUrl(url)}${range === undefined ? "" : ` ${range}`}`;
}

/** Host and path: what is signed or secret in an address stays out of a trace. */
function shortUrl(url: string): string {
  return (
    url
      .replace(/^https?:\/\//, "")
      // A simulated hub has a number of its own, which says nothing.
      .replace(/^(hub|cdn|files)-\d+\.test/, "$1:")
      .replace(/[?#].*$/, "")
      .replace(/^[^/@]*@/, "")
  );
}

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string")
    return error.code;
  return error instanceof Error ? error.name : String(error);
}
