import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { MutantProcess } from "./mutant_process.ts";
import type { MutantOrder } from "./mutant_worker.ts";

const WORKER = `
process.send({ atLoad: ["7"] });
process.on("message", ({ scenario }) => {
  if (scenario === "dies") process.exit(1);
  if (scenario !== "is silent") process.send({ status: "pass", durationMs: 1 });
});
`;
const LIMIT_MS = 60_000;

test("a process that died or is silent has ended when that is said, so that another one is started", async (context) => {
  const copy = await workerCopy(context);
  for (const [scenario, limitMs, end] of [
    ["dies", LIMIT_MS, "died"],
    ["is silent", 100, "no answer"],
  ] as const) {
    const first = await started(copy);
    assert.deepEqual(first.atLoad, ["7"]);
    assert.deepEqual(await first.ask(order("answers"), LIMIT_MS), {
      status: "pass",
      durationMs: 1,
    });
    assert.equal(first.isEnded, false);
    assert.equal(await first.ask(order(scenario), limitMs), end);
    assert.equal(first.isEnded, true);
  }
});

async function started(copy: string): Promise<MutantProcess> {
  const process = await MutantProcess.start(copy);
  assert.ok(process !== undefined);
  return process;
}

function order(scenario: string): MutantOrder {
  return { scenario, world: "memory", seed: 1, runs: 1, triesFactor: 1 };
}

/** A copy with a worker that answers at once, dies, or is silent. */
async function workerCopy(context: TestContext): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "mlx-layout-worker-"));
  context.after(() => rm(copy, { recursive: true, force: true }));
  const directory = join(copy, "scenarios/commands/mutate");
  await mkdir(directory, { recursive: true });
  await writeFile(join(copy, "package.json"), '{ "type": "module" }');
  await writeFile(join(directory, "mutant_worker.ts"), WORKER);
  await writeFile(join(directory, "thread_mutants.ts"), "");
  return copy;
}
