import assert from "node:assert/strict";
import { test } from "node:test";
import { SpeedFloor } from "./speed_floor.ts";

function floorAt(stallTimeoutMs = 30_000) {
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: async () => {} };
  const floor = new SpeedFloor(clock, { stallTimeoutMs });
  const pass = (durationMs: number, bytes = 0, stepMs = 10_000) => {
    for (let at = 0; at < durationMs; at += stepMs) {
      nowMs += stepMs;
      floor.leftMs();
      floor.moved(bytes);
    }
  };
  return { floor, pass };
}

test("SpeedFloor lets a slow line pass for hours, and ends a byte each ten seconds after five minutes", () => {
  const { floor, pass } = floorAt();
  floor.enter();
  pass(4 * 3_600_000, 12_000);
  assert.ok(floor.leftMs() > 0);
  const leftMs = floor.leftMs();
  pass(leftMs - 10_000, 1);
  assert.ok(floor.leftMs() > 0);
  pass(310_000, 1);
  assert.ok(floor.leftMs() <= 0);
});

test("SpeedFloor counts the time of transfers alone, and a sleep of the machine as one silence", () => {
  const { floor, pass } = floorAt();
  pass(3_600_000);
  floor.enter();
  pass(3_600_000, 0, 3_600_000);
  assert.equal(floor.leftMs(), 270_000);
  floor.leave();
  pass(3_600_000);
  assert.equal(floor.leftMs(), 270_000);
});

test("SpeedFloor is as patient as a caller who waits an hour for one byte", () => {
  const { floor, pass } = floorAt(3_600_000);
  floor.enter();
  pass(9 * 3_600_000, 0, 3_600_000);
  assert.ok(floor.leftMs() > 0);
});

test("SpeedFloor counts an answer that has ended, so that many small files are not slow", () => {
  const { floor, pass } = floorAt();
  floor.enter();
  for (let second = 0; second < 3_600; second += 2) {
    pass(2_000, 0, 1_000);
    floor.finished();
    floor.finished();
  }
  assert.ok(floor.leftMs() > 0);
});
