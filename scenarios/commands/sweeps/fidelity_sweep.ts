/**
 * The work of `mlx-conform fidelity`: compares the disk in memory with a real directory.
 *
 * @module
 */

import {
  type DiskComparison,
  EXIT_CODES,
  LISTED_DIFFERENCES,
  type VolumeKind,
  compareDisks,
  kindOfVolume,
  mapInForks,
  nodeFiles,
  probeVolume,
  removeTree,
} from "../../../harness/internal.ts";
import type { ConformContext } from "../conform_context.ts";
import { sweepWorker } from "./sweep_order.ts";

/** Sequences that one task runs; its seed depends on its number alone. */
const CHUNK = 250;

/** Where the disk in memory is compared with a real one, and how often. */
export interface FidelitySweepOptions {
  readonly dir: string;
  readonly sequences: number;
  readonly seed: number;
  readonly jobs: number;
}

/** What a worker must know besides: what the parent found out about the volume. */
export interface FidelityTaskOptions extends Pick<FidelitySweepOptions, "sequences" | "seed"> {
  /** An empty directory on the volume. */
  readonly directory: string;
  readonly volume: VolumeKind;
}

/** What a worker runs: the chunk of sequences of that number. */
export async function runFidelityTask(
  { directory, volume, sequences, seed }: FidelityTaskOptions,
  index: number,
): Promise<DiskComparison> {
  return compareDisks({
    files: nodeFiles(),
    directory,
    volume,
    platform: process.platform,
    sequences: Math.min(CHUNK, sequences - index * CHUNK),
    seed: seed * 100_003 + index,
  });
}

/**
 * Compares the disk in memory with a real directory, of whatever volume it is on, and prints what differs.
 *
 * @returns the exit code
 */
export async function sweepFidelity(
  { dir, sequences, seed, jobs }: FidelitySweepOptions,
  context: ConformContext,
): Promise<number> {
  const files = nodeFiles();
  const parent = await files.realpath(dir);
  const directory = `${parent}/fidelity-${process.pid}`;
  await files.mkdir(directory);
  try {
    const facts = await probeVolume(files, directory);
    const volume = kindOfVolume(facts);
    const { symbolicLinks, hardLinks, foldsCase, foldsForm } = facts;
    context.writeOut(
      `${parent}: folds case ${foldsCase}, folds normalization ${foldsForm}, symbolic links ${symbolicLinks}, hard links ${hardLinks}: compared with a ${volume} volume in memory\n`,
    );
    const task: FidelityTaskOptions = { directory, volume, sequences, seed };
    const comparisons = await mapInForks<DiskComparison>(Math.ceil(sequences / CHUNK), {
      ...sweepWorker("fidelity", task),
      jobs,
      onResult: ({ difference }) => context.writeErr(difference === undefined ? "." : "F"),
    });
    context.writeErr("\n");
    return printComparisons(comparisons, seed, context);
  } finally {
    await removeTree(files, directory);
  }
}

function printComparisons(
  comparisons: readonly DiskComparison[],
  seed: number,
  { writeOut }: ConformContext,
): number {
  const print = (text: string) => writeOut(`${text}\n`);
  const steps = comparisons.reduce((sum, one) => sum + one.steps, 0);
  const done = comparisons.reduce((sum, one) => sum + one.sequences, 0);
  const outcomes = new Set(comparisons.flatMap((one) => Object.keys(one.outcomes)));
  const different = comparisons.flatMap(({ difference }) => difference ?? []);
  const isDifferent = different.length > 0;
  const smallest = comparisons
    .flatMap(({ difference }) => (difference === undefined ? [] : [difference]))
    .toSorted((one, two) => one.length - two.length)[0];
  for (const { reason, operation } of LISTED_DIFFERENCES) {
    const count = comparisons.reduce((sum, { listed }) => sum + (listed[reason] ?? 0), 0);
    if (count > 0) print(`listed, ${count} times, ${operation}: ${reason}`);
  }
  print(
    `${done} sequences, ${steps} steps, ${outcomes.size} different outcomes, seed ${seed}: ${isDifferent ? "an unlisted difference" : "no unlisted difference"}, ${Math.round(process.uptime())} s`,
  );
  if (smallest !== undefined) print(["the smallest sequence:", ...smallest].join("\n"));
  return isDifferent ? EXIT_CODES["not conformant"] : EXIT_CODES.conformant;
}
