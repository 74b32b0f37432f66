/**
 * The work of `mlx-conform bench damages`: what the reference's check makes of each damage, and what MLX makes of it when it
 * gets the same directory unchecked, as a Markdown table.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DAMAGES, greedyTokens } from "../../harness/internal.ts";
import { type ModelFile, type TinyModel, tinyLlama } from "../../harness/mod.ts";
import type { Digest, FileSystem, Host } from "../../spec/mod.ts";
import { EXIT_CODES } from "../../harness/suite/exit_codes.ts";
import { findPython } from "../../harness/subjects/find_python.ts";
import type { ConformContext } from "../commands/conform_context.ts";
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

/** What MLX did with a damaged model that nobody checked before. */
interface MlxAnswer {
  readonly text: string;
  readonly isAccepted: boolean;
  readonly hasOtherTokens: boolean;
}

/**
 * Damages a model in each known way, and prints what the check and what MLX make of it.
 *
 * @returns the exit code
 */
export async function damageTable({ writeOut, writeErr }: ConformContext): Promise<number> {
  const python = findPython();
  const host = nodeHost();
  if (python === undefined || host.programs === undefined) {
    writeErr("mlx-conform: No Python with mlx-lm: run mlx-conform subjects mlx\n");
    return EXIT_CODES["not conformant"];
  }
  const top = await mkdtemp(join(tmpdir(), "mlx-layout-damages-"));
  const mlx = await UncheckedMlx.start(host, python);
  let [refused, accepted, other] = [0, 0, 0];
  try {
    writeOut(
      `| damage | the check refuses it as | ${mlx.version}, unchecked |\n| --- | --- | --- |\n`,
    );
    for (const damage of DAMAGES) {
      const model = MODELS.find((one) => damage.appliesTo?.(one) ?? true);
      if (model === undefined) continue;
      const directory = join(top, damage.name);
      await writeModel(directory, damage.apply(model, CHOOSE));
      const { text, causes } = await checkCell(host.files, directory, model);
      const answer = await mlx.ask(directory, model);
      if (causes > 0) refused++;
      if (answer.isAccepted) accepted++;
      if (answer.hasOtherTokens) other++;
      writeOut(`| ${damage.name} | ${text} | ${answer.text} |\n`);
      await rm(directory, { recursive: true });
    }
    writeOut(
      `\n${DAMAGES.length} damages: the check refuses or names ${refused}; MLX accepts ${accepted} without a word, and answers ${other} of these with other tokens.\n`,
    );
  } finally {
    await mlx.close();
    await rm(top, { recursive: true, force: true });
  }
  return EXIT_CODES.conformant;
}

/** What the check says of a damaged model, and how many causes it names. */
async function checkCell(files: FileSystem, directory: string, model: TinyModel) {
  const unrecorded = await causesOf(files, directory, new Map());
  // One bit is found by the recorded hash alone, which a directory that was written by hand does not have.
  const causes =
    unrecorded.length > 0 ? unrecorded : await causesOf(files, directory, digestsOf(model));
  const names = causes.map((cause) => `\`${cause}\``).join(", ");
  const text = unrecorded.length > 0 ? names : `${names || "nothing"} (by the recorded hash)`;
  return { text, causes: causes.length };
}

/** MLX for Python, given directories without a check; it is started anew when a model ends it. */
class UncheckedMlx {
  readonly #start: () => Promise<RunnerClient>;
  #runner: RunnerClient;

  private constructor(start: () => Promise<RunnerClient>, runner: RunnerClient) {
    this.#start = start;
    this.#runner = runner;
  }

  static async start({ programs, clock, files }: Host, python: string): Promise<UncheckedMlx> {
    if (programs === undefined) throw new TypeError("Cannot start programs here");
    const env = { ...process.env, MLX_LAYOUT_PYTHON: python, HF_HUB_OFFLINE: "1" };
    const { command = [] } = await findRunner("mlx-lm", { files, env, programs });
    const start = () => RunnerClient.start(command, { programs, clock, env });
    return new UncheckedMlx(start, await start());
  }

  get version(): string {
    const { runtimes } = this.#runner.hello;
    return `MLX ${runtimes["mlx"]}, mlx-lm ${runtimes["mlx-lm"]}`;
  }

  async ask(directory: string, model: TinyModel): Promise<MlxAnswer> {
    try {
      await this.#runner.load(directory);
      const { tokens } = await this.#runner.generate({ promptIds: PROMPT, maxTokens: TOKENS });
      const own = greedyTokens(model, PROMPT, TOKENS).map(({ id }) => id);
      const isSame = own.join() === tokens.map(({ id }) => id).join();
      const text = isSame ? "accepts it, same tokens" : "**accepts it, other tokens**";
      return { text, isAccepted: true, hasOtherTokens: !isSame };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      const refused = { isAccepted: false, hasOtherTokens: false };
      if (error.code === "runner-failed")
        return { ...refused, text: `refuses: ${shorten(error.message, directory)}` };
      await this.#runner.close();
      this.#runner = await this.#start();
      return { ...refused, text: `**ends with it**: ${error.code}` };
    }
  }

  async close(): Promise<void> {
    await this.#runner.close();
  }
}

/** The causes that make it not loadable; the warnings, where it is loadable. */
async function causesOf(
  files: FileSystem,
  directory: string,
  digests: ReadonlyMap<string, Digest>,
): Promise<string[]> {
  const { findings } = await checkDirectory(files, directory, { digests });
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

function shorten(message: string, place: string): string {
  const reason = message.split(" refused: ")[1] ?? message;
  const text = reason.replaceAll(place, "DIR").replaceAll("|", "\\|");
  return text.length > 90 ? `${text.slice(0, 87)}...` : text;
}

async function writeModel(place: string, model: readonly ModelFile[]): Promise<void> {
  for (const { path, bytes } of model) {
    const at = join(place, ...path.split("/"));
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, bytes);
  }
}
