/**
 * The work of `mlx-conform bench runners`: downloads a real model and compares the runners that are installed.
 *
 * It uses the real hub, and is the hardware world where MLX computes on Metal.
 *
 * @module
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT_CODES } from "../../harness/suite/exit_codes.ts";
import { findPython } from "../../harness/subjects/find_python.ts";
import type { RunnerName } from "../../spec/mod.ts";
import type { ConformContext } from "../commands/conform_context.ts";
import { ModelError, nodeHost, SharedModelManager } from "../../src/mod.ts";

const PROMPTS = ["The capital of France is", "def add(a, b):\n", "Once upon a time"];
const TOKENS = 16;
/** Half precision decides closer calls by rounding. */
const MARGIN_MIN = 0.5;
const OTHER_RUNNERS = ["mlx-swift", "mlx-lm"] as const;

/**
 * Lets every installed runner continue the same prompts, and compares their greedy tokens with the reference's.
 *
 * @param repository a model of the real hub, as `ORG/NAME`
 * @returns the exit code
 */
export async function compareRunners(
  repository: string,
  revision: string,
  { writeOut }: ConformContext,
): Promise<number> {
  const root = await mkdtemp(join(tmpdir(), "mlx-layout-real-"));
  const python = findPython();
  const env = { ...process.env, ...(python !== undefined && { MLX_LAYOUT_PYTHON: python }) };
  const manager = new SharedModelManager(nodeHost(), { root, env });
  const run = async (runner: RunnerName, prompt: string) => {
    const made = await runPrompt(manager, { repository, runner, prompt });
    if (made === undefined) writeOut(`not here: ${runner}\n`);
    return made;
  };
  let differing = 0;
  let compared = 0;
  try {
    const { commit } = await manager.download({ repository, revision });
    writeOut(`${repository} at ${commit}\n`);
    for (const prompt of PROMPTS) {
      const own = await run("reference", prompt);
      if (own === undefined) throw new TypeError("The reference must be able to run it");
      for (const runner of OTHER_RUNNERS) {
        const other = await run(runner, prompt);
        if (other === undefined) continue;
        compared++;
        const count = decidedTokens(own.tokens);
        const isSame = own.tokens
          .slice(0, count)
          .every(({ id }, at) => id === other.tokens[at]?.id);
        if (!isSame) differing++;
        writeOut(
          `${isSame ? "same" : "OTHER"}: ${other.runner}: ${JSON.stringify(prompt)}, ${count} decided tokens\n`,
        );
      }
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return differing === 0 && compared > 0 ? EXIT_CODES.conformant : EXIT_CODES["not conformant"];
}

type Generated = Awaited<ReturnType<SharedModelManager["run"]>>;

/** Tokens before the first one that half precision may decide otherwise. */
function decidedTokens(tokens: Generated["tokens"]): number {
  const undecided = tokens.findIndex(
    ({ topLogits: [first, second] = [] }) =>
      (first?.logit ?? 0) - (second?.logit ?? 0) < MARGIN_MIN,
  );
  return undecided === -1 ? tokens.length : undecided;
}

/** @returns undefined where this runner is not installed */
async function runPrompt(
  manager: SharedModelManager,
  given: { readonly repository: string; readonly runner: RunnerName; readonly prompt: string },
): Promise<Generated | undefined> {
  const { repository, runner, prompt } = given;
  try {
    return await manager.run(
      { repository },
      { prompt, maxTokens: TOKENS, runner, topLogits: 2, stopAtEnd: false },
    );
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== "runner-unavailable") throw error;
    return undefined;
  }
}
