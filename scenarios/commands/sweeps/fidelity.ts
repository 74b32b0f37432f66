/**
 * `npm run fidelity -- --dir DIR`: holds the disk in memory against a real directory, of whatever volume it is on.
 *
 * @module
 */

import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import {
  compareDisks,
  type DiskComparison,
  EXIT_CODES,
  kindOfVolume,
  LISTED_DIFFERENCES,
  mapInForks,
  nodeFiles,
  probeVolume,
  removeTree,
  serveForks,
  type VolumeKind,
} from "../../../harness/internal.ts";
import { jobsOption, parseAmount, readSweepOptions, seedOption } from "./read_sweep_options.ts";

/** Sequences that one task runs; its seed depends on its number alone. */
const CHUNK = 250;

const values = readSweepOptions<{
  readonly dir: string;
  readonly sequences: number;
  readonly seed: number;
  readonly jobs: number;
  readonly place?: string;
  readonly volume?: VolumeKind;
}>(
  new Command("npm run fidelity --")
    .description("Hold the disk in memory against a real directory.")
    .option("--dir <directory>", "on the volume that is looked at", tmpdir())
    .option("--sequences <count>", "how many are tried", parseAmount, 20_000)
    .addOption(seedOption())
    .addOption(jobsOption())
    // The parent tells its workers what it found out.
    .addOption(new Option("--place <directory>").hideHelp())
    .addOption(new Option("--volume <kind>").hideHelp()),
  process.argv.slice(2),
);
const files = nodeFiles();
const { sequences } = values;

if (process.send === undefined) process.exitCode = await compare();
else serveForks(compareChunk);

async function compareChunk(index: number): Promise<DiskComparison> {
  const { place = "", volume = "plain" } = values;
  return compareDisks({
    files,
    directory: place,
    volume,
    platform: process.platform,
    sequences: Math.min(CHUNK, sequences - index * CHUNK),
    seed: values.seed * 100_003 + index,
  });
}

async function compare(): Promise<number> {
  const directory = await files.realpath(values.dir);
  const place = `${directory}/fidelity-${process.pid}`;
  await files.mkdir(place);
  try {
    const facts = await probeVolume(files, place);
    const volume = kindOfVolume(facts);
    const { symbolicLinks, hardLinks, foldsCase, foldsForm } = facts;
    print(
      `${directory}: folds case ${foldsCase}, folds normalization ${foldsForm}, symbolic links ${symbolicLinks}, hard links ${hardLinks}: compared with a ${volume} volume in memory`,
    );
    const comparisons = await mapInForks<DiskComparison>(Math.ceil(sequences / CHUNK), {
      module: fileURLToPath(import.meta.url),
      args: [...process.argv.slice(2), "--place", place, "--volume", volume],
      jobs: values.jobs,
      onResult: ({ difference }) => process.stderr.write(difference === undefined ? "." : "F"),
    });
    return report(comparisons);
  } finally {
    await removeTree(files, place);
  }
}

function report(comparisons: readonly DiskComparison[]): number {
  process.stderr.write("\n");
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
    `${done} sequences, ${steps} steps, ${outcomes.size} different outcomes, seed ${values.seed}: ${isDifferent ? "an unlisted difference" : "no unlisted difference"}, ${Math.round(process.uptime())} s`,
  );
  if (smallest !== undefined) print(["the smallest sequence:", ...smallest].join("\n"));
  return isDifferent ? EXIT_CODES["not conformant"] : EXIT_CODES.conformant;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
