/**
 * `npm run nightly:model`: one small real model from the real hub, pinned by its commit, and its answer.
 *
 * The greedy tokens of the best runner of this machine have to be those that the reference runner once gave, which
 * lie in recorded_answer.json. `--record` writes that file anew, by the reference runner.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";

const run = promisify(execFile);
const RECORD = new URL("./recorded_answer.json", import.meta.url);
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

const { values } = parseArgs({
  options: {
    out: { type: "string", default: ".mlx-conform/nightly" },
    record: { type: "boolean", default: false },
  },
});
process.exitCode = await main();

async function main(): Promise<number> {
  await mkdir(values.out, { recursive: true });
  const root = join(values.out, "models");
  if (values.record) return record(root);
  const text = await readFile(RECORD, "utf8").catch(() => undefined);
  if (text === undefined) {
    process.stderr.write(
      "Cannot compare with a recorded answer as there is none: npm run nightly:model -- --record\n",
    );
    return 1;
  }
  const expected = JSON.parse(text) as RecordedAnswer;
  await layout(["download", expected.repository, "--revision", expected.commit, "--root", root]);
  const { runner, tokens } = await answer(expected, { root, runner: "auto" });
  await writeFile(
    join(values.out, "real_model.json"),
    JSON.stringify({ runner, tokens, expected }),
  );
  const at = expected.tokens.findIndex((token, index) => token !== tokens[index]);
  if (at < 0 && tokens.length === expected.tokens.length) {
    process.stdout.write(`${runner}: the same ${tokens.length} tokens as recorded\n`);
    return 0;
  }
  process.stderr.write(
    `${runner}: token ${at < 0 ? expected.tokens.length : at} differs: ${JSON.stringify(tokens)}, recorded ${JSON.stringify(expected.tokens)}\n`,
  );
  return 1;
}

async function record(root: string): Promise<number> {
  const { repository } = QUESTION;
  const lines = await layout(["download", repository, "--root", root, "--json"]);
  const commit = lines.at(-1)?.["commit"];
  if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit)) {
    process.stderr.write("Cannot record an answer as the download names no commit\n");
    return 1;
  }
  const { tokens } = await answer(QUESTION, { root, runner: "reference" });
  const made: RecordedAnswer = { ...QUESTION, commit, tokens };
  await writeFile(RECORD, `${JSON.stringify(made, null, 2)}\n`);
  process.stdout.write(`recorded ${tokens.length} tokens of ${repository} at ${commit}\n`);
  return 0;
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
  if (!Array.isArray(tokens)) throw new Error("Cannot read the answer: it has no tokens");
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
