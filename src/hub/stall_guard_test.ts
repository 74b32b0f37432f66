import assert from "node:assert/strict";
import { test } from "node:test";
import { SpeedFloor } from "./speed_floor.ts";
import { StallGuard } from "./stall_guard.ts";

const clock = {
  now: () => 0,
  sleep: (_: number, signal?: AbortSignal) =>
    new Promise<void>((_resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    }),
};

function guardOf(signal?: AbortSignal): StallGuard {
  const stallTimeoutMs = 10_000;
  const floor = new SpeedFloor(clock, { stallTimeoutMs });
  return new StallGuard(clock, { stallTimeoutMs, signal, floor });
}

test("StallGuard.wait() gives what it waits for", async () => {
  using guard = guardOf();
  assert.equal(await guard.wait(Promise.resolve("here")), "here");
  await assert.rejects(guard.wait(Promise.reject(new Error("broken"))), /broken/);
});

test("StallGuard.wait() waits for nothing once its caller has cancelled", async () => {
  const controller = new AbortController();
  const guard = guardOf(controller.signal);
  const never = new Promise<never>(() => {});
  const waits = [guard.wait(never), guard.wait(never)];
  controller.abort(new Error("cancelled"));
  for (const wait of waits)
    // oxlint-disable-next-line no-await-in-loop -- both have ended
    await assert.rejects(wait, /cancelled/);
  await assert.rejects(guard.wait(never), /cancelled/);
  guard[Symbol.dispose]();
});

test("StallGuard.wait() ends with the transfer", async () => {
  const guard = guardOf();
  const wait = guard.wait(new Promise<never>(() => {}));
  guard[Symbol.dispose]();
  await assert.rejects(wait, /has ended/);
});

test("StallGuard keeps its deadline although something arrives", async () => {
  let nowMs = 0;
  const sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];
  const moving = {
    now: () => nowMs,
    sleep: (durationMs: number) =>
      new Promise<void>((wake) => sleepers.push({ untilMs: nowMs + durationMs, wake })),
  };
  const floor = new SpeedFloor(moving, { stallTimeoutMs: 10_000 });
  using guard = new StallGuard(moving, { stallTimeoutMs: 10_000, deadlineMs: 12_000, floor });
  for (; nowMs < 15_000 && !guard.signal.aborted; nowMs += 1000) {
    guard.moved(1);
    for (const { untilMs, wake } of sleepers) if (untilMs <= nowMs) wake();
    // oxlint-disable-next-line no-await-in-loop -- the sleeper wakes in between
    await Promise.resolve();
    // oxlint-disable-next-line no-await-in-loop -- and looks at the clock
    await Promise.resolve();
  }
  assert.ok(guard.signal.aborted);
  assert.ok(nowMs <= 13_000);
});
