import type { Progress } from "../../spec/mod.ts";
import type { SubjectEvent } from "./message.ts";

/** A progress report as the contract has it; what a small adapter leaves out is what follows from the rest. */
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
