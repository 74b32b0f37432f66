import type { Progress, WaitOptions } from "../../../spec/mod.ts";

/**
 * Takes the reports of several attempts as those of one: what lies behind an earlier report is not shown, and the end
 * always is. So a download that starts anew with another commit never goes backwards: `DL-PROGRESS`, `DL-STALE`.
 *
 * @returns undefined where nobody listens
 */
export function steadyProgress(
  onProgress: WaitOptions["onProgress"],
): ((progress: Progress) => void) | undefined {
  if (onProgress === undefined) return undefined;
  let last: Progress | undefined;
  return (progress) => {
    if (progress.phase !== "done" && last !== undefined && isBehind(progress, last)) return;
    last = progress;
    onProgress(progress);
  };
}

function isBehind(progress: Progress, last: Progress): boolean {
  return (
    progress.bytesDone < last.bytesDone ||
    progress.filesDone < last.filesDone ||
    progress.fraction < last.fraction ||
    (progress.phase === "transfer" && last.phase === "publish")
  );
}
