/**
 * Downloads one real model, lets every runner that is installed continue the same prompts, and compares their greedy
 * tokens with the reference's: `node --import tsx scenarios/bench/compare_runners.ts ORG/NAME [COMMIT]`.
 *
 * It asks the real hub, and is the hardware world where MLX computes on Metal.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython } from "../../harness/subjects/find_python.ts";
import type { RunnerName } from "../../spec/mod.ts";
import { ModelError, nodeHost, SharedModelManager } from "../../src/mod.ts";

const PROMPTS = ["The capital of France is", "def add(a, b):\n", "Once upon a time"];
const TOKENS = 16;
/** Half precision decides closer calls by rounding. */
const MARGIN_MIN = 0.5;

const [repository, revision = "main"] = process.argv.slice(2);
if (repository === undefined) {
  process.stderr.write("Cannot compare without a model: name ORG/NAME\n");
  process.exit(2);
}
const root = await mkdtemp(join(tmpdir(), "mlx-layout-real-"));
const python = findPython();
const env = { ...process.env, ...(python !== undefined && { MLX_LAYOUT_PYTHON: python }) };
const manager = new SharedModelManager(nodeHost(), { root, env });
let differing = 0;
let compared = 0;
try {
  const { commit } = await manager.download({ repository, revision });
  process.stdout.write(`${repository} at ${commit}\n`);
  for (const prompt of PROMPTS) {
    const own = await run("reference", prompt);
    if (own === undefined) throw new TypeError("The reference must be able to run it");
    for (const runner of ["mlx-swift", "mlx-lm"] as const) {
      const other = await run(runner, prompt);
      if (other === undefined) continue;
      compared++;
      const sure = own.tokens.findIndex(
        ({ topLogits: [first, second] = [] }) =>
          (first?.logit ?? 0) - (second?.logit ?? 0) < MARGIN_MIN,
      );
      const count = sure === -1 ? own.tokens.length : sure;
      const isSame = own.tokens.slice(0, count).every(({ id }, at) => id === other.tokens[at]?.id);
      if (!isSame) differing++;
      process.stdout.write(
        `${isSame ? "same" : "OTHER"}: ${other.runner}: ${JSON.stringify(prompt)}, ${count} sure tokens\n`,
      );
    }
  }
} finally {
  await rm(root, { recursive: true, force: true });
}
process.exitCode = differing === 0 && compared > 0 ? 0 : 1;

async function run(runner: RunnerName, prompt: string) {
  try {
    return await manager.run(
      { repository: repository ?? "" },
      { prompt, maxTokens: TOKENS, runner, topLogits: 2, stopAtEnd: false },
    );
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== "runner-unavailable") throw error;
    process.stdout.write(`not here: ${runner}\n`);
    return undefined;
  }
}
