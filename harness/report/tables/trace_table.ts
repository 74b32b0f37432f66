import type { TraceEvent } from "../../worlds/world_trace.ts";

/** Widths of the columns for time, process, and the gaps. */
const TIME_WIDTH = 10;
const PROCESS_WIDTH = 5;
const GAP = " | ";

/** Options of {@linkcode traceTable}. */
export interface TraceTableOptions {
  /** Longest line. @default {120} */
  readonly width?: number;
  /** Largest number of events; of more, the last are shown. @default {all} */
  readonly eventsMax?: number;
}

/**
 * Writes the events of a world in order: hub traffic on the left, disk operations on the right, simulated time before both.
 *
 * Processes are numbered from `p0` in the order of their start.
 *
 * @returns a line for each event, after a heading
 */
export function traceTable(
  events: readonly TraceEvent[],
  options: TraceTableOptions = {},
): string[] {
  const { width = 120, eventsMax = events.length } = options;
  const column = Math.floor((width - TIME_WIDTH - PROCESS_WIDTH - GAP.length) / 2);
  const startMs = events[0]?.atMs ?? 0;
  const pids = [...new Set(events.map(({ pid }) => pid))];
  const hidden = Math.max(0, events.length - eventsMax);
  const line = (
    lead: readonly [time: string, process: string],
    sides: readonly [hub: string, disk: string],
  ) => {
    const [time, process] = lead;
    const [hub, disk] = sides.map((text) => fit(text, column));
    return `${time.padEnd(TIME_WIDTH)}${process.padEnd(PROCESS_WIDTH)}${(hub ?? "").padEnd(column)}${GAP}${disk ?? ""}`.trimEnd();
  };
  return [
    line(["time", ""], ["hub", "disk"]),
    ...(hidden === 0 ? [] : [`… ${hidden} events before`]),
    ...events.slice(hidden).map((event) => {
      const lead = [time(event.atMs - startMs), `p${pids.indexOf(event.pid)}`] as const;
      const text = describe(event);
      if (event.side === "process")
        return `${lead[0].padEnd(TIME_WIDTH)}${lead[1].padEnd(PROCESS_WIDTH)}-- ${text} --`;
      return line(lead, event.side === "hub" ? [text, ""] : ["", text]);
    }),
  ];
}

function time(afterMs: number): string {
  return `+${(afterMs / 1000).toFixed(3)}`;
}

function describe({ what, times, sizeBytes, outcome }: TraceEvent): string {
  return [
    what,
    ...(sizeBytes === undefined ? [] : [`${sizeBytes} bytes`]),
    ...(times === 1 ? [] : [`(${times} times)`]),
    ...(outcome === undefined ? [] : [`: ${outcome}`]),
  ].join(" ");
}

/** Cuts in the middle, as the ends of a path matter most. */
function fit(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.floor((width - 1) / 3);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}
