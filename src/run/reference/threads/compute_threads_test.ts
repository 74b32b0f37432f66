import assert from "node:assert/strict";
import test from "node:test";
import type { EngineSetup } from "../engine_setup.ts";
import { CONTROL } from "./thread_team.ts";
import { webAssembly } from "../wasm/web_assembly.ts";
import { computeHere, coreCount, startThreads } from "./compute_threads.ts";

test("coreCount() is at least one", () => {
  assert.ok(coreCount() >= 1);
});

test("a thread that dies makes the pass fail, and each later one, instead of hanging", async () => {
  const threads = startThreads(brokenSetup());
  for (const _ of [1, 2]) {
    await assert.rejects(threads.run(), { name: "ModelError", code: "internal" });
  }
  await threads.close();
});

test("computeHere() refuses a plan without room for its thread", () => {
  assert.throws(() => computeHere(brokenSetup()), RangeError);
});

/** Nothing that could be computed: each thread fails as it begins. */
function brokenSetup(): EngineSetup {
  return {
    plan: {} as EngineSetup["plan"],
    layout: { threads: [] } as unknown as EngineSetup["layout"],
    module: {},
    weights: [],
    work: new webAssembly.Memory({ initial: 1, maximum: 1, shared: true }),
    control: new SharedArrayBuffer(CONTROL.tokenIds * 4),
    threadCount: 2,
  };
}
