/**
 * Measures the reference's inference beside MLX's CPU build, in one run, on a llama of 135 million random parameters:
 * the process that `mlx-conform bench inference` starts, with the number of rounds as its argument.
 *
 * It runs compiled, as users have it, so that no thread translates TypeScript first. Times depend on the machine; the
 * ratio of the two is what can be compared.
 *
 * @module
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RealMlx } from "../../harness/models/real_mlx_logits.ts";
import { nodeHost } from "../../src/mod.ts";
import { openReferenceModel } from "../../src/run/reference/open_reference_model.ts";
import { writeLargeLlama } from "./write_large_llama.ts";
import { findPython } from "../../harness/subjects/find_python.ts";

interface Measured {
  readonly loadMs: number;
  readonly firstTokenMs: number;
  /** After the first token. */
  readonly tokensPerSecond: number;
  /** The processor's time to generate, of all threads. */
  readonly cpuMs: number;
  readonly ids: readonly number[];
}

const PROMPT = [1, 2, 3, 4, 5, 6, 7, 8];
const TOKENS = 16;

const rounds = Number(process.argv[2]);
const python = findPython();
const directory = await mkdtemp(join(tmpdir(), "mlx-layout-bench-"));
try {
  await writeLargeLlama(directory);
  await using mlx = python === undefined ? undefined : new RealMlx(python);
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  // Rounds alternate, so that what disturbs the machine disturbs both.
  for (let round = 0; round < rounds; round++) {
    ours.push(await measureReference());
    if (mlx !== undefined) theirs.push(await measureMlx(mlx));
  }
  print(`${PROMPT.length} prompt ids and ${TOKENS} new tokens, medians`);
  printMedians("reference", ours);
  if (mlx === undefined) {
    print(
      "no Python with mlx-lm (run mlx-conform subjects mlx, or set MLX_LAYOUT_PYTHON): MLX is not measured",
    );
  } else {
    printMedians("MLX", theirs);
    const ratio = median(ours, "tokensPerSecond") / median(theirs, "tokensPerSecond");
    print(`the reference generates ${ratio.toFixed(1)} times as many tokens a second`);
    const isSame = String(ours[0]?.ids) === String(theirs[0]?.ids);
    print(`tokens: ${isSame ? "the same" : "different"}`);
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function measureReference(): Promise<Measured> {
  const start = performance.now();
  const model = await openReferenceModel(nodeHost().files, directory);
  const loadMs = performance.now() - start;
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const ids: number[] = [];
  const times: number[] = [];
  for await (const { id } of model.generate(PROMPT, { maxTokens: TOKENS })) {
    ids.push(id);
    times.push(performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(cpu);
  await model.close();
  return { loadMs, ...speedOf(times), cpuMs: (user + system) / 1000, ids };
}

async function measureMlx(mlx: RealMlx): Promise<Measured> {
  const { loadMs, cpuMs, steps } = await mlx.generate({ directory, ids: PROMPT, count: TOKENS });
  return { loadMs, ...speedOf(steps.map(({ ms }) => ms)), cpuMs, ids: steps.map(({ id }) => id) };
}

function speedOf(times: readonly number[]) {
  const [firstTokenMs = NaN] = times;
  const restMs = (times.at(-1) ?? NaN) - firstTokenMs;
  return { firstTokenMs, tokensPerSecond: ((times.length - 1) * 1000) / restMs };
}

function median(all: readonly Measured[], field: Exclude<keyof Measured, "ids">): number {
  const sorted = all.map((one) => one[field]).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function printMedians(name: string, all: readonly Measured[]): void {
  const seconds = (field: "loadMs" | "firstTokenMs" | "cpuMs") =>
    `${(median(all, field) / 1000).toFixed(2)} s`;
  const speed = median(all, "tokensPerSecond").toFixed(1);
  print(
    `  ${name.padEnd(10)} load ${seconds("loadMs")}, first token ${seconds("firstTokenMs")}, then ${speed} tokens/s; ${seconds("cpuMs")} of processor`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
