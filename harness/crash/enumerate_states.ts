import type { DiskImage } from "../disk/disk_image.ts";
import { seededRandom } from "../worlds/seeded_random.ts";
import { anySubsetCrashes } from "./any_subset_crashes.ts";
import type { ChoiceBounds, ChoiceGroup, CrashChoice } from "./crash_choice.ts";
import { CrashImageBuilder, imageName } from "./crash_image_builder.ts";
import type { DiskRecording } from "./disk_recording.ts";
import { journalChoices } from "./journal_choices.ts";
import type { Persistence } from "./persistence_profile.ts";

/** A disk that a crash can leave. */
export interface CrashState {
  readonly image: DiskImage;
  /** One choice that leads to it. */
  readonly choice: CrashChoice;
  /** What was promised at that moment, as the caller of the enumeration put it. */
  readonly promise: string;
}

/** What an enumeration went through. */
export interface Coverage {
  /** Choices that were made into a disk. */
  enumerated: number;
  /** Disks among them that differ, together with what was promised. */
  distinct: number;
  /** Moments (in a journal: moments and ends) at which a crash was put. */
  points: number;
  /** Those at which every choice was made. */
  exhaustivePoints: number;
}

/** How states are enumerated. */
export interface EnumerateOptions extends Persistence {
  /** Choices at one moment up to which all of them are taken. @default {512} */
  readonly exhaustiveMax?: number;
  /** Choices that are drawn at a moment that has more. @default {16} */
  readonly samples?: number;
  /** For the draws. @default {1} */
  readonly seed?: number;
  /** What was promised when so many operations had been made; states of equal disks and promises are one. */
  readonly promiseAt?: (at: number) => string;
  /** Names of states that need not come up again; those that come up are added. */
  readonly seen?: Set<string>;
}

/**
 * Every disk that a crash during a recorded run can leave, each once.
 *
 * @param coverage is counted up on the way
 *
 * @example
 * ```ts
 * import { enumerateStates, recordDisk, writeBytes } from "mlx-conform/internal";
 * import { memoryFiles } from "mlx-conform";
 * import assert from "node:assert/strict";
 *
 * const files = memoryFiles();
 * const recorder = recordDisk(files);
 * await writeBytes(files, "/a", new Uint8Array(3).fill(1));
 * const recording = recorder.finish();
 * // Nothing, an empty file, and the file; or a file of zeros.
 * assert.equal([...enumerateStates(recording, { profile: "kill" })].length, 3);
 * assert.equal([...enumerateStates(recording, { profile: "weak" })].length, 4);
 * ```
 */
export function* enumerateStates(
  recording: DiskRecording,
  options: EnumerateOptions,
  coverage: Coverage = newCoverage(),
): Generator<CrashState> {
  const { promiseAt = () => "", seen = new Set() } = options;
  const folder = new CrashImageBuilder(recording);
  for (const { choices, isExhaustive } of choicesOf(recording, options)) {
    coverage.points++;
    if (isExhaustive) coverage.exhaustivePoints++;
    for (const choice of choices) {
      coverage.enumerated++;
      const image = folder.fold(choice);
      const promise = promiseAt(choice.at);
      const name = `${promise}\n${imageName(image)}`;
      if (seen.has(name)) continue;
      seen.add(name);
      coverage.distinct++;
      yield { image, choice, promise };
    }
  }
}

/** Nothing gone through yet. */
export function newCoverage(): Coverage {
  return { enumerated: 0, distinct: 0, points: 0, exhaustivePoints: 0 };
}

function choicesOf(recording: DiskRecording, options: EnumerateOptions): Iterable<ChoiceGroup> {
  const { profile, syncIs = "durable", exhaustiveMax = 512, samples = 16, seed = 1 } = options;
  const bounds: ChoiceBounds = { exhaustiveMax, samples, random: seededRandom(seed) };
  switch (profile) {
    case "kill":
      return killChoices(recording);
    case "ordered":
      return journalChoices(recording, { ...bounds, canBeZeros: true, syncIs: "durable" });
    case "apfs":
      return journalChoices(recording, { ...bounds, canBeZeros: false, syncIs });
    case "weak":
      return anySubsetCrashes(recording, bounds);
  }
}

/** Crashes of the profile `kill`: what was done is there. */
export function* killChoices({ operations }: DiskRecording): Generator<ChoiceGroup> {
  for (let at = 0; at <= operations.length; at++) {
    yield { choices: [{ at, fates: new Map() }], isExhaustive: true };
  }
}
