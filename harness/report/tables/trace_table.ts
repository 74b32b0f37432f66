import type { TraceEvent } from "../../worlds/world_trace.ts";

/** Widths of the columns for time, process, and the gaps. */
const TIME_WIDTH = 10;
const PROCESS_WIDTH = 5;
const GAP = " | ";
const COLUMNS = ["hub", "disk"] as const;
const PROGRAM_COLUMNS = ["hub", "protocol", "disk"] as const;

/** Options of {@linkcode traceTable}. */
export interface TraceTableOptions {
  /** Longest line. @default {120; 160 for programs} */
  readonly width?: number;
  /** Largest number of events; of more, the last are shown. @default {all} */
  readonly eventsMax?: number;
}

/**
 * Writes the events of a world by time, side by side: hub traffic, the protocol's lines where the subject is a program (`>` to
 * it, `<` from it), and disk operations.
 *
 * Processes are numbered from `p0` in the order of their start.
 *
 * @returns a line for each event, after a heading
 */
export function traceTable(
  events: readonly TraceEvent[],
  options: TraceTableOptions = {},
): string[] {
  const isOfProgram = events.some(({ side }) => side === "protocol");
  const columns = isOfProgram ? PROGRAM_COLUMNS : COLUMNS;
  const { width = isOfProgram ? 160 : 120, eventsMax = events.length } = options;
  const gaps = GAP.length * (columns.length - 1);
  const column = Math.floor((width - TIME_WIDTH - PROCESS_WIDTH - gaps) / columns.length);
  const startMs = events[0]?.atMs ?? 0;
  const pids = [...new Set(events.map(({ pid }) => pid))];
  const hidden = Math.max(0, events.length - eventsMax);
  const line = (lead: readonly [time: string, process: string], sides: readonly string[]) => {
    const [time, process] = lead;
    const cells = sides.map((text) => fit(text, column).padEnd(column)).join(GAP);
    return `${time.padEnd(TIME_WIDTH)}${process.padEnd(PROCESS_WIDTH)}${cells}`.trimEnd();
  };
  return [
    line(["time", ""], columns),
    ...(hidden === 0 ? [] : [`… ${hidden} events before`]),
    ...events.slice(hidden).map((event) => {
      // Which of several programs sent a request, the hub does not know.
      const isNameless = isOfProgram && event.side === "hub";
      const process = isNameless ? "" : `p${pids.indexOf(event.pid)}`;
      const lead = [time(event.atMs - startMs), process] as const;
      const text = describe(event);
      if (event.side === "process")
        return `${lead[0].padEnd(TIME_WIDTH)}${lead[1].padEnd(PROCESS_WIDTH)}-- ${text} --`;
      return line(
        lead,
        columns.map((side) => (side === event.side ? text : "")),
      );
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
