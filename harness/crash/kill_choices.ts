import type { ChoiceGroup } from "./crash_choice.ts";
import type { DiskRecording } from "./disk_recording.ts";

/** Crashes of the profile `kill`: what was done is there. */
export function* killChoices({ operations }: DiskRecording): Generator<ChoiceGroup> {
  for (let at = 0; at <= operations.length; at++) {
    yield { choices: [{ at, fates: new Map() }], isExhaustive: true };
  }
}
