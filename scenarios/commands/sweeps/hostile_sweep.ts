/**
 * The work of `mlx-conform hostile`: lets a hostile hub attack downloads.
 *
 * @module
 */

import fc from "fast-check";
import {
  ATTACKED_VOLUME_BYTES,
  type Attack,
  type AttackOutcome,
  EXIT_CODES,
  anyAttack,
  attackName,
  mapInForks,
  runAttack,
} from "../../../harness/internal.ts";
import { anySmallModel, memoryWorld } from "../../../harness/mod.ts";
import { reference } from "../../reference/reference.ts";
import type { ConformContext } from "../conform_context.ts";
import { sweepWorker } from "./sweep_order.ts";

/** Attacks that one task runs; its seed depends on its number alone. */
const CHUNK = 100;
/** Memory of a process above which an attack succeeded; Node itself and the harness take a third of it. */
const MEMORY_BYTES_MAX = 900 * 1024 * 1024;
/** Most successful attacks that are shown. */
const SHOWN_MAX = 20;
/** What an attack can gain, in the order of the columns. */
const GAINS = ["outside", "token", "measure", "untyped", "stuck", "prototype"] as const;

/** How many attacks are tried. */
export interface HostileSweepOptions {
  readonly attacks: number;
  readonly seed: number;
  readonly jobs: number;
}

/** What one attack came to; plain data. */
interface Attempt extends AttackOutcome {
  readonly name: string;
  readonly attack: Attack;
}

/** What a task of attacks came to; plain data. */
export interface HostileChunk {
  readonly attempts: readonly Attempt[];
  /** The most memory that the process has had so far, in bytes. */
  readonly peakBytes: number;
}

/** What a worker runs: the chunk of attacks of that number. */
export async function runHostileTask(
  { attacks, seed }: Pick<HostileSweepOptions, "attacks" | "seed">,
  index: number,
): Promise<HostileChunk> {
  const count = Math.min(CHUNK, attacks - index * CHUNK);
  const cases = fc.sample(fc.tuple(anyAttack(), anySmallModel({ weightBytesMax: 100 })), {
    numRuns: count,
    seed: seed * 100_003 + index,
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

/**
 * Lets a hostile hub attack downloads, and prints what came of it by kind of attack.
 *
 * @returns the exit code
 */
export async function sweepHostile(
  { attacks, seed, jobs }: HostileSweepOptions,
  { writeOut, writeErr }: ConformContext,
): Promise<number> {
  const print = (text: string) => writeOut(`${text}\n`);
  const chunks = await mapInForks<HostileChunk>(Math.ceil(attacks / CHUNK), {
    ...sweepWorker("hostile", { attacks, seed }),
    jobs,
    onResult: ({ attempts }) =>
      writeErr(attempts.every(({ findings }) => findings.length === 0) ? "." : "F"),
  });
  const attempts = chunks.flatMap((chunk) => chunk.attempts);
  const peakBytes = Math.max(...chunks.map((chunk) => chunk.peakBytes));
  const successes = attempts.filter(({ findings }) => findings.length > 0);
  print(`\n${reference.name} ${reference.version}\n\n${table(attempts)}\n`);
  for (const { name, attack, findings } of successes.slice(0, SHOWN_MAX))
    print(
      `${name}: ${findings.map(({ gain, detail }) => `${gain}: ${detail}`).join("; ")}\n  ${JSON.stringify(attack).slice(0, 300)}`,
    );
  const diskBytes = Math.max(...attempts.map((attempt) => attempt.diskBytes));
  const requests = Math.max(...attempts.map((attempt) => attempt.requests));
  print(
    `${attempts.length} attacks, seed ${seed}: ${successes.length} succeeded; at most ${requests} requests, ${diskBytes} bytes on the disk, ${Math.round(peakBytes / 1024 / 1024)} MiB of memory in a process (limit ${MEMORY_BYTES_MAX / 1024 / 1024}), ${Math.round(process.uptime())} s`,
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
    ...GAINS.map((gain) => String(count(of, gain))),
  ];
  const rows = [
    ["attack", "tried", "refused", "in vain", ...GAINS],
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
