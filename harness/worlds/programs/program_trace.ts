import { relative } from "node:path";
import type { HubExchange, SimulatedHub } from "../../hub/mod.ts";
import { tracedChanges } from "../../tracing/mod.ts";
import type { WorldTrace } from "../world_trace.ts";

/** Where a trace of programs gets its facts from. */
export interface ProgramTraceOptions {
  readonly hub: SimulatedHub;
  /** Real time of a moment of the hub's clock, both in milliseconds since 1970. */
  readonly realMs: (hubMs: number) => number;
  /** The directory that paths are shown relative to. */
  readonly top: string;
  /** Decides by its absolute path whether a file belongs to the world. */
  readonly isWatched: (path: string) => boolean;
}

/** Notes what programs do in a world, in real time: the hub's log, the lines of the protocol and, by strace, changes of files. */
export class ProgramTrace {
  readonly #trace: WorldTrace;
  readonly #options: ProgramTraceOptions;
  /** A scenario may clear the hub's log. */
  readonly #exchanges = new Set<HubExchange>();

  constructor(trace: WorldTrace, options: ProgramTraceOptions) {
    this.#trace = trace;
    this.#options = options;
  }

  /** Keeps the requests until now. */
  collect(): void {
    for (const exchange of this.#options.hub.log) this.#exchanges.add(exchange);
  }

  /** Notes something about the nth process as a whole. */
  note(nth: number, what: string): void {
    this.collect();
    this.#trace.add({ atMs: Date.now(), pid: nth, side: "process", what, times: 1 });
  }

  /** Notes a line of the protocol, to the nth process or from it. */
  protocol(nth: number, line: { readonly to: boolean; readonly text: string }): void {
    this.collect();
    const what = `${line.to ? ">" : "<"} ${this.#shortLine(line.text)}`;
    this.#trace.add({ atMs: Date.now(), pid: nth, side: "protocol", what, times: 1 });
  }

  /** Notes the changes of files in a log of strace of the nth process. */
  changes(nth: number, log: { readonly text: string; readonly sinceMs: number }): void {
    const { top, isWatched } = this.#options;
    const { text, sinceMs } = log;
    for (const { atMs, operation, paths, sizeBytes } of tracedChanges(text, { sinceMs, isWatched }))
      this.#trace.add({
        atMs,
        pid: nth,
        side: "disk",
        what: `${operation} ${paths.map((path) => relative(top, path)).join(" to ")}`,
        times: 1,
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
      });
  }

  /** Notes the requests, once it is known how much of each was sent. */
  end(): void {
    const { realMs } = this.#options;
    this.collect();
    for (const exchange of this.#exchanges) {
      const { atMs, method, rawPath, range, status, bytesSent, bytesPlanned } = exchange;
      const asked = `${method} ${rawPath.replace(/\?.*$/, "")}${range === undefined ? "" : ` ${range}`}`;
      const sent =
        bytesSent === bytesPlanned ? `${bytesSent} bytes` : `${bytesSent} of ${bytesPlanned} bytes`;
      const outcome = status === 0 ? "no answer" : `${status}, ${sent}`;
      this.#trace.add({
        atMs: realMs(atMs),
        pid: 0,
        side: "hub",
        what: asked,
        times: 1,
        outcome,
      });
    }
  }

  /** The type and the number in front, then the rest of it as it is. */
  #shortLine(text: string): string {
    const line = text.replaceAll(`${this.#options.top}/`, "");
    try {
      const { type, id, ...rest } = JSON.parse(line) as Record<string, unknown>;
      return `${String(type)} ${String(id)} ${JSON.stringify(rest)}`;
    } catch {
      return line;
    }
  }
}
