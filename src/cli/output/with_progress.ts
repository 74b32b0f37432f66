import type { WaitOptions } from "../../../spec/mod.ts";
import { ProgressLine } from "./progress_line.ts";
import type { CommonOptions, CommandContext } from "../command_context.ts";

/** Runs something long that reads the disk, with a line of progress where a person waits for it. */
export async function withProgress<Result>(
  context: CommandContext,
  options: CommonOptions,
  start: (wait: WaitOptions) => Promise<Result>,
): Promise<Result> {
  if (!context.isTerminal || options.json === true) return await start(context.wait);
  const line = new ProgressLine({
    output: context.stderr,
    clock: context.host.clock,
    isTerminal: true,
  });
  try {
    return await start({ ...context.wait, onProgress: (progress) => line.update(progress) });
  } finally {
    line.end();
  }
}
