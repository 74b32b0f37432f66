import assert from "node:assert/strict";
import { test } from "node:test";
import { Thread } from "./thread.ts";

const code = (body: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from "node:worker_threads";
      parentPort.on("message", (work) => { ${body} });
      parentPort.postMessage({ kind: "ready" });
    `)}`,
  );
const ECHO = code('parentPort.postMessage({ kind: "done", value: work });');
const ENDLESS = code("for (;;);");

test("Thread does one piece of work after the other, and takes the time from the budget", async () => {
  const thread = new Thread(ECHO, { heapMiB: 64 });
  const budget = { leftMs: 60_000 };
  assert.deepEqual(await thread.run(1, { budget }), { kind: "done", value: 1 });
  assert.deepEqual(await thread.run([2], { budget }), { kind: "done", value: [2] });
  assert.ok(budget.leftMs < 60_000);
  await thread.close();
  assert.ok(thread.isEnded);
});

test("Thread ends work that does not end or is cancelled", async () => {
  const endless = new Thread(ENDLESS, { heapMiB: 64 });
  assert.deepEqual(await endless.run(1, { budget: { leftMs: 50 } }), { kind: "time" });
  assert.ok(endless.isEnded);

  const cancelled = new Thread(ENDLESS, { heapMiB: 64 });
  const signal = AbortSignal.timeout(50);
  await assert.rejects(cancelled.run(1, { budget: { leftMs: 60_000 }, signal }), {
    name: "TimeoutError",
  });
  assert.ok(cancelled.isEnded);
});

test("Thread whose code fails says so", async () => {
  const thread = new Thread(new URL("data:text/javascript,throw new Error('no')"), { heapMiB: 64 });
  const outcome = await thread.run(1, { budget: { leftMs: 60_000 } });
  assert.deepEqual(outcome, { kind: "failed", why: "no" });
});

test("Thread ends work that takes more memory than it may", async () => {
  const greedy = new Thread(
    code("const all = []; for (;;) all.push(new Array(100_000).fill(work));"),
    {
      heapMiB: 64,
    },
  );
  assert.deepEqual(await greedy.run(1, { budget: { leftMs: 60_000 } }), { kind: "memory" });
  assert.ok(greedy.isEnded);
});
