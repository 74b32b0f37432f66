/**
 * `npm run hostile -- --attacks N`: lets a hub that means harm attack downloads, and prints what came of it by kind.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { Command } from "commander";
import fc from "fast-check";
import {
  anyAttack,
  type Attack,
  ATTACKED_VOLUME_BYTES,
  attackName,
  type AttackOutcome,
  EXIT_CODES,
  mapInForks,
  runAttack,
  serveForks,
} from "../../../harness/internal.ts";
import { anySmallModel, memoryWorld } from "../../../harness/mod.ts";
import { reference } from "../../reference/reference.ts";
import { jobsOption, parseAmount, readSweepOptions, seedOption } from "./read_sweep_options.ts";

/** Attacks that one task runs; its seed depends on its number alone. */
const CHUNK = 100;
/** Memory of a process above which a hub has got what it wanted; Node itself and the harness take a third of it. */
const MEMORY_BYTES_MAX = 900 * 1024 * 1024;

const values = readSweepOptions<{
  readonly attacks: number;
  readonly seed: number;
  readonly jobs: number;
}>(
  new Command("npm run hostile --")
    .description("Let a hub that means harm attack downloads.")
    .option("--attacks <count>", "how many", parseAmount, 10_000)
    .addOption(seedOption())
    .addOption(jobsOption()),
  process.argv.slice(2),
);

/** What one attack came to; plain data. */
interface Attempt extends AttackOutcome {
  readonly name: string;
  readonly attack: Attack;
}

interface Chunk {
  readonly attempts: readonly Attempt[];
  /** The most memory that the process has had so far, in bytes. */
  readonly peakBytes: number;
}

if (process.send === undefined) process.exitCode = await main();
else serveForks(runChunk);

async function runChunk(index: number): Promise<Chunk> {
  const count = Math.min(CHUNK, values.attacks - index * CHUNK);
  const cases = fc.sample(fc.tuple(anyAttack(), anySmallModel({ weightBytesMax: 100 })), {
    numRuns: count,
    seed: values.seed * 100_003 + index,
  });
  const attempts: Attempt[] = [];
  for (const [attack, { files: model }] of cases) {
    await using world = await memoryWorld(reference, {
      availableBytes: ATTACKED_VOLUME_BYTES,
      style: { pageSize: 4 },
    });
    attempts.push({
      name: attackName(attack),
      attack,
      ...(await runAttack(world, { attack, model })),
    });
  }
  return { attempts, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

async function main(): Promise<number> {
  const chunks = await mapInForks<Chunk>(Math.ceil(values.attacks / CHUNK), {
    module: fileURLToPath(import.meta.url),
    args: process.argv.slice(2),
    jobs: values.jobs,
    onResult: ({ attempts }) =>
      process.stderr.write(attempts.every(({ findings }) => findings.length === 0) ? "." : "F"),
  });
  const attempts = chunks.flatMap((chunk) => chunk.attempts);
  const peakBytes = Math.max(...chunks.map((chunk) => chunk.peakBytes));
  const successes = attempts.filter(({ findings }) => findings.length > 0);
  print(`\n${reference.name} ${reference.version}\n\n${table(attempts)}\n`);
  for (const { name, attack, findings } of successes.slice(0, 20))
    print(
      `${name}: ${findings.map(({ gain, detail }) => `${gain}: ${detail}`).join("; ")}\n  ${JSON.stringify(attack).slice(0, 300)}`,
    );
  const diskBytes = Math.max(...attempts.map((attempt) => attempt.diskBytes));
  const requests = Math.max(...attempts.map((attempt) => attempt.requests));
  print(
    `${attempts.length} attacks, seed ${values.seed}: ${successes.length} got something; at the most ${requests} requests, ${diskBytes} bytes on the disk, ${Math.round(peakBytes / 1024 / 1024)} MiB of memory in a process (limit ${MEMORY_BYTES_MAX / 1024 / 1024}), ${Math.round(process.uptime())} s`,
  );
  const isBounded = peakBytes <= MEMORY_BYTES_MAX;
  return successes.length === 0 && isBounded ? EXIT_CODES.conformant : EXIT_CODES["not conformant"];
}

function table(attempts: readonly Attempt[]): string {
  const names = [...new Set(attempts.map(({ name }) => name))].toSorted();
  const count = (of: readonly Attempt[], gain?: string) =>
    of.filter(({ findings }) => findings.some((one) => gain === undefined || one.gain === gain))
      .length;
  const row = (name: string, of: readonly Attempt[]): string[] => [
    name,
    String(of.length),
    String(of.filter(({ code, fired }) => code !== undefined && fired > 0).length),
    String(of.filter(({ code, fired }) => code === undefined && fired > 0).length),
    ...["outside", "token", "measure", "untyped", "stuck", "prototype"].map((gain) =>
      String(count(of, gain)),
    ),
  ];
  const rows = [
    [
      "attack",
      "tried",
      "refused",
      "in vain",
      "outside",
      "token",
      "measure",
      "untyped",
      "stuck",
      "prototype",
    ],
    ...names.map((name) =>
      row(
        name,
        attempts.filter((one) => one.name === name),
      ),
    ),
    row("all", attempts),
  ];
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)));
  return rows
    .map((cells) =>
      cells
        .map((cell, at) =>
          at === 0 ? cell.padEnd(widths?.[at] ?? 0) : cell.padStart(widths?.[at] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
