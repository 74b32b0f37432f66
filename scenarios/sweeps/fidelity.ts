/**
 * `npm run fidelity -- --dir DIR`: holds the disk in memory against a real directory, of whatever volume it is on.
 *
 * @module
 */

import { availableParallelism, tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
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
} from "../../harness/mod.ts";

/** Sequences that one task runs; its seed depends on its number alone. */
const CHUNK = 250;

const { values } = parseArgs({
  options: {
    dir: { type: "string", default: tmpdir() },
    sequences: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: String(availableParallelism()) },
    // The parent tells its workers what it found out.
    place: { type: "string" },
    volume: { type: "string" },
  },
});
const files = nodeFiles();
const sequences = Number(values.sequences);

if (process.send === undefined) process.exitCode = await compare();
else serveForks(compareChunk);

async function compareChunk(index: number): Promise<DiskComparison> {
  const { place = "", volume } = values;
  return compareDisks({
    files,
    directory: place,
    volume: volume as VolumeKind,
    platform: process.platform,
    sequences: Math.min(CHUNK, sequences - index * CHUNK),
    seed: Number(values.seed) * 100_003 + index,
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
      jobs: Number(values.jobs),
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
