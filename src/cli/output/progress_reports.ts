import type { Progress } from "../../../spec/mod.ts";
import type { CommandContext } from "../command_context.ts";
import { printJson } from "./print_json.ts";
import { ProgressLine } from "./progress_line.ts";

/** In JSON, progress is reported at most this often. */
const JSON_PROGRESS_MS = 250;

/** How the caller wants to see progress. */
export interface ProgressOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Where the progress of a transfer goes, and how it ends. */
export interface ProgressReports {
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly end: () => void;
}

/** Shows progress as a line, as JSON, or not at all. */
export function progressReports(
  options: ProgressOptions,
  context: CommandContext,
): ProgressReports {
  const nothing = () => undefined;
  if (options.quiet === true) return { onProgress: undefined, end: nothing };
  const { clock } = context.host;
  if (options.json !== true) {
    const { isTerminal, stderr: output } = context;
    const line = new ProgressLine({ output, clock, isTerminal });
    return { onProgress: (progress) => line.update(progress), end: () => line.end() };
  }
  let printedAtMs = Number.NEGATIVE_INFINITY;
  let printedPhase: Progress["phase"] | undefined;
  const onProgress = (progress: Progress) => {
    const nowMs = clock.now();
    if (progress.phase === printedPhase && nowMs - printedAtMs < JSON_PROGRESS_MS) return;
    printedAtMs = nowMs;
    printedPhase = progress.phase;
    printJson(context.stdout, "progress", progress);
  };
  return { onProgress, end: nothing };
}
