import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as realSleep } from "node:timers/promises";
import { EndlessCall } from "../errors.ts";
import { SimulatedClock } from "./simulated_clock.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

test("SimulatedClock.sleep() wakes sleepers in the order of their time, without waiting", async () => {
  const clock = quietClock();
  const started = performance.now();
  const woken: [string, number][] = [];
  const sleep = (name: string, durationMs: number) =>
    clock.sleep(durationMs).then(() => woken.push([name, clock.now()]));
  await Promise.all([sleep("hour", 3_600_000), sleep("second", 1000), sleep("minute", 60_000)]);
  assert.deepEqual(woken, [
    ["second", 1000],
    ["minute", 60_000],
    ["hour", 3_600_000],
  ]);
  assert.ok(performance.now() - started < 1000);
});

test("SimulatedClock.sleep() never ends while work is under way, however long that takes", async () => {
  let busy = true;
  const clock = new SimulatedClock({ startMs: 0, isBusy: () => busy, activity: () => 0 });
  let isAwake = false;
  const sleep = clock.sleep(1).then(() => {
    isAwake = true;
  });
  await realSleep(50);
  assert.deepEqual([isAwake, clock.now()], [false, 0]);
  busy = false;
  await sleep;
  assert.equal(clock.now(), 1);
});

test("SimulatedClock.sleep() waits for a turn of the loop in which nothing happened", async () => {
  let events = 0;
  const clock = new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => events });
  const seen: number[] = [];
  const sleep = clock.sleep(30_000).then(() => seen.push(events));
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    events += 1;
  }
  await sleep;
  assert.deepEqual(seen, [20]);
});

test("SimulatedClock.sleep() rejects with the reason of an abort, before or during the sleep", async () => {
  const clock = quietClock();
  const reason = new Error("enough");
  await assert.rejects(clock.sleep(10, AbortSignal.abort(reason)), reason);
  const stop = new AbortController();
  const sleep = clock.sleep(10, stop.signal);
  stop.abort(reason);
  await assert.rejects(sleep, reason);
});

test("SimulatedClock does not stop at a sleeper that was aborted", async () => {
  const clock = quietClock();
  const stop = new AbortController();
  const aborted = clock.sleep(10, stop.signal).catch(() => clock.now());
  const other = clock.sleep(100).then(() => clock.now());
  stop.abort();
  assert.deepEqual(await Promise.all([aborted, other]), [0, 100]);
});

test("SimulatedClock ends whoever waits when a day has passed", async () => {
  const clock = quietClock();
  await clock.sleep(DAY_MS);
  assert.equal(hasFailed(clock), false);
  await assert.rejects(clock.sleep(1), EndlessCall);
  assert.equal(hasFailed(clock), true);
  assert.equal(clock.now(), DAY_MS);
});

test("SimulatedClock.advance() wakes who is due and nobody else", async () => {
  // Busy, so that it does not move by itself.
  const clock = new SimulatedClock({ startMs: 0, isBusy: () => true, activity: () => 0 });
  const woken: string[] = [];
  const early = clock.sleep(5).then(() => woken.push("early"));
  const stop = new AbortController();
  const late = clock.sleep(50, stop.signal).catch(() => {});
  clock.advance(5);
  await early;
  assert.deepEqual([woken, clock.now()], [["early"], 5]);
  stop.abort();
  await late;
});

// Helpers

function hasFailed(clock: SimulatedClock): boolean {
  return clock.failure instanceof EndlessCall;
}

function quietClock(): SimulatedClock {
  return new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => 0 });
}
