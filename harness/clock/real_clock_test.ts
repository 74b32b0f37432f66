import assert from "node:assert/strict";
import { test } from "node:test";
import { RealClock } from "./real_clock.ts";

test("a fast clock sleeps by its own time", async () => {
  const clock = new RealClock({ startMs: Date.now(), speed: 1000 });
  const beforeMs = clock.now();
  await clock.sleep(5_000);
  assert.ok(clock.now() - beforeMs >= 5_000);
  assert.equal(clock.patienceMs, 15_000_000);
});

test("nobody waits for a real clock that sleeps for hours", async () => {
  const clock = new RealClock({ startMs: Date.now(), speed: 1 });
  await assert.rejects(clock.sleep(3_600_000), { name: "NotApplicable" });
});

test("a sleep ends with the reason of its signal", async () => {
  const clock = new RealClock({ startMs: Date.now(), speed: 1 });
  await assert.rejects(clock.sleep(1_000, AbortSignal.abort(new RangeError("enough"))), RangeError);
});

test("time that was advanced has passed before the next operation", async () => {
  const clock = new RealClock({ startMs: Date.now(), speed: 1000 });
  const beforeMs = clock.now();
  clock.advance(10_000);
  await clock.passed();
  assert.ok(clock.now() - beforeMs >= 9_000);
});
