import type { WaitOptions } from "../../../spec/mod.ts";
import { ProgressLine } from "./progress_line.ts";
import type { CommonOptions, CommandContext } from "../command_context.ts";

/** Runs something long that reads the disk, with a line of progress where a person waits for it. */
export async function withProgress<Result>(
  scene: CommandContext,
  options: CommonOptions,
  start: (wait: WaitOptions) => Promise<Result>,
): Promise<Result> {
  if (!scene.isTerminal || options.json === true) return await start(scene.wait);
  const line = new ProgressLine({
    output: scene.stderr,
    clock: scene.host.clock,
    isTerminal: true,
  });
  try {
    return await start({ ...scene.wait, onProgress: (progress) => line.update(progress) });
  } finally {
    line.end();
  }
}
