import { join } from "node:path";
import fc from "fast-check";
import type { FileSystem } from "../../spec/mod.ts";
import { makeDirectories, removeTree } from "../disk/disk_tree.ts";
import { memoryVolume, type VolumeKind } from "../disk/volume_files.ts";
import { anyDiskSteps } from "./any_disk_steps.ts";
import { describeStep, type DiskStep, operationOf } from "./disk_step.ts";
import {
  type DiskDifference,
  listedDifference,
  type ListedDifference,
} from "./listed_difference.ts";
import { isRefusal, replaySteps } from "./replay_steps.ts";

/** What is compared, and how long. */
export interface CompareDisksOptions {
  /** The real disk. */
  readonly files: FileSystem;
  /** An existing directory of it, by its real path; what is made there is removed again. */
  readonly directory: string;
  readonly volume: VolumeKind;
  readonly platform: NodeJS.Platform;
  readonly sequences: number;
  readonly seed: number;
  /** @default {LISTED_DIFFERENCES} */
  readonly listed?: readonly ListedDifference[];
}

/** What a comparison showed; plain data. */
export interface DiskComparison {
  readonly sequences: number;
  readonly steps: number;
  /** How often each outcome was met on the real disk, such as `rename ENOTEMPTY`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How often each listed difference was met, by its reason. */
  readonly listed: Readonly<Record<string, number>>;
  /** The smallest sequence whose last step is answered differently, in lines; undefined when there is none. */
  readonly difference: readonly string[] | undefined;
}

class UnlistedDifference extends Error {
  override readonly name = "UnlistedDifference";
}

/**
 * Runs random sequences of calls on a real directory and on a volume of the same kind in memory: same answers, same codes,
 * same tree in the end. A difference is a fault of the harness, never of a subject.
 */
export async function compareDisks(options: CompareDisksOptions): Promise<DiskComparison> {
  const { files, directory, sequences, seed } = options;
  const tally = {
    steps: 0,
    outcomes: new Map<string, number>(),
    listed: new Map<string, number>(),
  };
  let count = 0;
  const property = fc.asyncProperty(anyDiskSteps(), async (steps) => {
    const root = join(directory, `sequence-${seed}-${(count += 1)}`);
    try {
      const lines = await compareSequence(options, { root, steps, tally });
      if (lines !== undefined) throw new UnlistedDifference(lines.join("\n"));
    } finally {
      await removeTree(files, root);
    }
  });
  const details = await fc.check(property, { numRuns: sequences, seed });
  const error = details.failed ? details.errorInstance : undefined;
  if (details.failed && !(error instanceof UnlistedDifference)) throw error;
  return {
    sequences: details.numRuns,
    steps: tally.steps,
    outcomes: Object.fromEntries(tally.outcomes),
    listed: Object.fromEntries(tally.listed),
    difference: error instanceof UnlistedDifference ? error.message.split("\n") : undefined,
  };
}

interface Tally {
  steps: number;
  readonly outcomes: Map<string, number>;
  readonly listed: Map<string, number>;
}

/** @returns what differs, or undefined */
async function compareSequence(
  options: CompareDisksOptions,
  sequence: { readonly root: string; readonly steps: readonly DiskStep[]; readonly tally: Tally },
): Promise<string[] | undefined> {
  const { files, directory, volume, listed } = options;
  const { root, steps, tally } = sequence;
  const simulated = memoryVolume(volume);
  await makeDirectories(simulated, directory);
  const real = await replaySteps(files, root, steps);
  const memory = await replaySteps(simulated, root, steps);
  for (const [at, step] of steps.entries()) {
    const difference: DiskDifference = {
      step,
      real: real.answers[at],
      memory: memory.answers[at],
    };
    tally.steps++;
    add(tally.outcomes, outcomeOf(step, difference.real));
    if (isSame(difference.real, difference.memory)) continue;
    const known = listedDifference(difference, options, listed);
    if (known === undefined) return story(steps.slice(0, at + 1), difference);
    add(tally.listed, known.reason);
    // Where only one of them did it, the two have nothing in common from here on.
    if (isRefusal(difference.real) !== isRefusal(difference.memory)) return undefined;
  }
  if (isSame(real.tree, memory.tree)) return undefined;
  return [
    ...steps.map((step) => `  ${describeStep(step)}`),
    `in the end a real disk holds ${JSON.stringify(real.tree)}`,
    `and a ${volume} volume in memory ${JSON.stringify(memory.tree)}`,
  ];
}

function isSame(one: unknown, two: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(two);
}

function story(steps: readonly DiskStep[], { real, memory }: DiskDifference): string[] {
  return [
    ...steps.map((step) => `  ${describeStep(step)}`),
    `a real disk answers the last step with ${JSON.stringify(real)}`,
    `and memory with ${JSON.stringify(memory)}`,
  ];
}

function outcomeOf(step: DiskStep, answer: unknown): string {
  return `${operationOf(step)} ${isRefusal(answer) ? answer : "ok"}`;
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
