import type { Progress } from "../../spec/mod.ts";
import type { SubjectEvent } from "./message.ts";

/** Converts a progress report to the contract's; fields that an adapter left out are derived from the others. */
export function progressOf(event: Extract<SubjectEvent, { event: "progress" }>): Progress {
  const { bytesDone, bytesTotal, filesDone = 0, filesTotal = 0, phase = "transfer", file } = event;
  const fraction = event.fraction ?? (bytesTotal === 0 ? 0 : Math.min(1, bytesDone / bytesTotal));
  return {
    phase,
    bytesDone,
    bytesTotal,
    filesDone,
    filesTotal,
    fraction,
    ...(file === undefined ? {} : { file }),
  };
}
