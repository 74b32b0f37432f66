/**
 * The work of `mlx-conform nightly real-model`: one small real model from the real hub, pinned by its commit, and its answer.
 *
 * The greedy tokens of the best runner of this machine must be those that the reference runner once gave, which are in
 * recorded_answer.json. `--record` writes that file anew, by the reference runner.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { HarnessError } from "../../../harness/errors.ts";
import { EXIT_CODES } from "../../../harness/suite/exit_codes.ts";
import type { ConformContext } from "../conform_context.ts";
import { packageDirectory } from "../package_directory.ts";

const run = promisify(execFile);
/** Among the sources, also where the suite is built. */
const RECORD = join(packageDirectory(), "scenarios/commands/nightly/recorded_answer.json");
const QUESTION = {
  repository: "mlx-community/SmolLM-135M-Instruct-4bit",
  prompt: "The capital of France is",
  maxTokens: 24,
} as const;

/** An answer that was recorded once. */
interface RecordedAnswer {
  readonly repository: string;
  /** Commit of the model. */
  readonly commit: string;
  readonly prompt: string;
  readonly maxTokens: number;
  readonly tokens: readonly number[];
}

/** Where the model goes, and whether its answer is recorded. */
export interface RealModelOptions {
  readonly out: string;
  readonly record: boolean;
}

/**
 * Downloads the model, runs it, and compares its answer with the recorded one.
 *
 * @returns the exit code
 */
export async function checkRealModel(
  options: RealModelOptions,
  context: ConformContext,
): Promise<number> {
  await mkdir(options.out, { recursive: true });
  const root = join(options.out, "models");
  if (options.record) return record(root, context);
  const text = await readFile(RECORD, "utf8").catch(() => undefined);
  if (text === undefined) {
    context.writeErr(
      "No recorded answer to compare with: run mlx-conform nightly real-model --record\n",
    );
    return EXIT_CODES["not conformant"];
  }
  const expected = JSON.parse(text) as RecordedAnswer;
  await layout(["download", expected.repository, "--revision", expected.commit, "--root", root]);
  const { runner, tokens } = await answer(expected, { root, runner: "auto" });
  await writeFile(
    join(options.out, "real_model.json"),
    JSON.stringify({ runner, tokens, expected }),
  );
  const at = expected.tokens.findIndex((token, index) => token !== tokens[index]);
  if (at < 0 && tokens.length === expected.tokens.length) {
    context.writeOut(`${runner}: the same ${tokens.length} tokens as recorded\n`);
    return EXIT_CODES.conformant;
  }
  context.writeErr(
    `${runner}: token ${at < 0 ? expected.tokens.length : at} differs: ${JSON.stringify(tokens)}, recorded ${JSON.stringify(expected.tokens)}\n`,
  );
  return EXIT_CODES["not conformant"];
}

async function record(root: string, { writeOut, writeErr }: ConformContext): Promise<number> {
  const { repository } = QUESTION;
  const lines = await layout(["download", repository, "--root", root, "--json"]);
  const commit = lines.at(-1)?.["commit"];
  if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit)) {
    writeErr("Cannot record an answer: the download names no commit\n");
    return EXIT_CODES["not conformant"];
  }
  const { tokens } = await answer(QUESTION, { root, runner: "reference" });
  const made: RecordedAnswer = { ...QUESTION, commit, tokens };
  await writeFile(RECORD, `${JSON.stringify(made, null, 2)}\n`);
  writeOut(`recorded ${tokens.length} tokens of ${repository} at ${commit}\n`);
  return EXIT_CODES.conformant;
}

async function answer(
  question: Pick<RecordedAnswer, "repository" | "prompt" | "maxTokens">,
  { root, runner }: { readonly root: string; readonly runner: string },
): Promise<{ runner: string; tokens: number[] }> {
  const { repository, prompt, maxTokens } = question;
  const limit = ["--max-tokens", String(maxTokens), "--runner", runner, "--raw", "--json"];
  const lines = await layout(["run", repository, "--prompt", prompt, "--root", root, ...limit]);
  const last = lines.at(-1) ?? {};
  const { tokens } = last;
  if (!Array.isArray(tokens)) throw new HarnessError("Cannot read the answer: it has no tokens");
  return {
    runner: String(last["runner"]),
    tokens: tokens.map((token: unknown) =>
      typeof token === "object" && token !== null && "id" in token
        ? Number(token.id)
        : Number(token),
    ),
  };
}

/** Runs the command `mlx-layout`, and reads what it prints as JSON Lines, where it does. */
async function layout(args: readonly string[]): Promise<Record<string, unknown>[]> {
  const { stdout } = await run("npm", ["run", "-s", "mlx-layout", "--", ...args], {
    maxBuffer: 2 ** 26,
  });
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
