/**
 * Prints what is made of each damage by the reference's check, and by MLX itself when it is given the same directory
 * unchecked, as a Markdown table: `node --import tsx scenarios/bench/damage_table.ts`.
 *
 * Needs a Python with mlx and mlx-lm (`npm run subjects`, or `MLX_LAYOUT_PYTHON`).
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Damage, DAMAGES, greedyTokens } from "../../harness/internal.ts";
import { type ModelFile, tinyLlama, type TinyModel } from "../../harness/mod.ts";
import type { Digest } from "../../spec/mod.ts";
import { findPython } from "../../harness/subjects/find_python.ts";
import { checkDirectory } from "../../src/load/check_directory.ts";
import { findRunner } from "../../src/run/find_runner.ts";
import { ModelError, nodeHost } from "../../src/mod.ts";
import { RunnerClient } from "../../src/run/runner_client.ts";

const PROMPT = [5, 6, 7, 100, 101];
const TOKENS = 12;
const CHOOSE = 5;
const MODELS: readonly TinyModel[] = [
  tinyLlama({ layers: 2, dtype: "F32", tied: false }),
  tinyLlama({ layers: 2, dtype: "F32", tied: false, shards: 3 }),
  tinyLlama({ layers: 2, dtype: "BF16", quantization: undefined }),
  tinyLlama({ layers: 2, dtype: "F32", tied: false, quantization: undefined }),
];

const host = nodeHost();
const python = findPython();
if (python === undefined || host.programs === undefined) {
  process.stderr.write("Cannot ask MLX as there is no Python with mlx-lm: run npm run subjects\n");
  process.exit(1);
}
const { programs, clock, files } = host;
const env = { ...process.env, MLX_LAYOUT_PYTHON: python, HF_HUB_OFFLINE: "1" };
const { command = [] } = await findRunner("mlx-lm", { files, env, programs });
const top = await mkdtemp(join(tmpdir(), "mlx-layout-damages-"));
let runner = await start();
const counts = { refused: 0, accepted: 0, other: 0 };
try {
  const { runtimes } = runner.hello;
  const mlx = `MLX ${runtimes["mlx"]}, mlx-lm ${runtimes["mlx-lm"]}, unchecked`;
  write(`| damage | the check refuses it as | ${mlx} |`);
  write("| --- | --- | --- |");
  for (const damage of DAMAGES) {
    const model = MODELS.find((one) => damage.appliesTo?.(one) ?? true);
    if (model !== undefined) await row(damage, model);
  }
  write("");
  write(
    `${DAMAGES.length} damages: the check refuses or names ${counts.refused}; MLX takes ${counts.accepted} without a word, and answers ${counts.other} of these with other tokens.`,
  );
} finally {
  await runner.close();
  await rm(top, { recursive: true, force: true });
}

async function row(damage: Damage, model: TinyModel): Promise<void> {
  const place = join(top, damage.name);
  await writeModel(place, damage.apply(model, CHOOSE));
  const unrecorded = await causesOf(place, new Map());
  // One bit is found by the recorded hash alone, which a directory that was written by hand does not have.
  const causes = unrecorded.length > 0 ? unrecorded : await causesOf(place, digestsOf(model));
  const names = causes.map((cause) => `\`${cause}\``).join(", ");
  const said = unrecorded.length > 0 ? names : `${names || "nothing"} (by the recorded hash)`;
  const answer = await askMlx(place, model);
  if (causes.length > 0) counts.refused++;
  write(`| ${damage.name} | ${said} | ${answer} |`);
  await rm(place, { recursive: true });
}

/** The causes that make it not loadable; what is only said, where it is loadable. */
async function causesOf(place: string, digests: ReadonlyMap<string, Digest>): Promise<string[]> {
  const { findings } = await checkDirectory(files, place, { digests });
  const errors = findings.filter(({ level }) => level === "error");
  return [...new Set((errors.length > 0 ? errors : findings).map(({ cause }) => cause))];
}

/** What a download would have recorded of the sound model. */
function digestsOf(model: TinyModel): ReadonlyMap<string, Digest> {
  return new Map(
    model.files.map(({ path, bytes }) => [
      path,
      `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    ]),
  );
}

async function askMlx(place: string, model: TinyModel): Promise<string> {
  try {
    await runner.load(place);
    const { tokens } = await runner.generate({ promptIds: PROMPT, maxTokens: TOKENS });
    const own = greedyTokens(model, PROMPT, TOKENS).map(({ id }) => id);
    const ids = tokens.map(({ id }) => id);
    counts.accepted++;
    if (own.join() === ids.join()) return "takes it, same tokens";
    counts.other++;
    return "**takes it, other tokens**";
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    if (error.code === "runner-failed") return `refuses: ${shorten(error.message, place)}`;
    await runner.close();
    runner = await start();
    return `**ends with it**: ${error.code}`;
  }
}

function shorten(message: string, place: string): string {
  const reason = message.split(" refused: ")[1] ?? message;
  const text = reason.replaceAll(place, "DIR").replaceAll("|", "\\|");
  return text.length > 90 ? `${text.slice(0, 87)}...` : text;
}

function start(): Promise<RunnerClient> {
  if (programs === undefined) throw new TypeError("Cannot start programs here");
  return RunnerClient.start(command, { programs, clock, env });
}

async function writeModel(place: string, model: readonly ModelFile[]): Promise<void> {
  for (const { path, bytes } of model) {
    const at = join(place, ...path.split("/"));
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, bytes);
  }
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
