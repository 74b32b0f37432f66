import assert from "node:assert/strict";
import { test } from "node:test";
import { TransferWidth, WIDTH_MAX } from "./transfer_width.ts";

const MIB = 1024 * 1024;
const STEP_MS = 50;

test("TransferWidth widens while more transfers bring more", () => {
  const { width, run } = line({ eachBytes: 20 * MIB, allBytes: 2000 * MIB });
  assert.equal(width.width, 8);
  run(3_000);
  assert.equal(width.width, WIDTH_MAX);
});

test("TransferWidth goes back to what the line carries", () => {
  const { width, run } = line({ eachBytes: 20 * MIB, allBytes: 320 * MIB });
  run(5_000);
  assert.equal(width.width, 16);
});

test("TransferWidth stays as it began where the line is full", () => {
  const { width, run } = line({ eachBytes: 20 * MIB, allBytes: 5 * MIB });
  run(5_000);
  assert.equal(width.width, 8);
});

test("TransferWidth tries again after some time whether more brings more", () => {
  const { width, run, facts } = line({ eachBytes: 20 * MIB, allBytes: 5 * MIB });
  run(5_000);
  facts.allBytes = 2000 * MIB;
  run(15_000);
  assert.equal(width.width, WIDTH_MAX);
});

test("TransferWidth counts answers, where the requests are what takes the time", () => {
  const { width, run } = line({ eachBytes: 0, allBytes: 0, answersEach: 1 });
  run(3_000);
  assert.equal(width.width, WIDTH_MAX);
});

test("TransferWidth widens for small files, which wait for slots of their own before the others", () => {
  const { width, run } = line({ eachBytes: 0, allBytes: 0, answersEach: 1, areSmall: true });
  width.largeDone();
  run(3_000);
  assert.equal(width.width, WIDTH_MAX);
});

test("TransferWidth halves where the server refuses, once for refusals of one moment, down to one", () => {
  const { width, run, pass } = line({ eachBytes: 20 * MIB, allBytes: 2000 * MIB });
  run(3_000);
  for (let count = 0; count < WIDTH_MAX; count++) width.strained();
  assert.equal(width.width, WIDTH_MAX / 2);
  run(2_000);
  assert.equal(width.width, WIDTH_MAX / 2, "it does not widen at once");
  for (let count = 0; count < 10; count++) {
    pass(1_000);
    width.strained();
  }
  assert.equal(width.width, 1);
  run(60_000);
  assert.equal(width.width, WIDTH_MAX, "and recovers");
});

test("TransferWidth changes nothing where no transfer waits for a slot", () => {
  const { width, run, facts } = line({ eachBytes: 20 * MIB, allBytes: 2000 * MIB });
  facts.wanted = 6;
  run(5_000);
  assert.equal(width.width, 8);
});

test("TransferWidth is what the caller says", () => {
  const { width, run } = line({ eachBytes: 20 * MIB, allBytes: 2000 * MIB }, 3);
  run(5_000);
  width.strained();
  assert.equal(width.width, 3);
});

test("TransferWidth.rangeBytes is what one transfer brings in a second, within limits", () => {
  const slow = line({ eachBytes: 10_000, allBytes: 2000 * MIB });
  slow.run(3_000);
  assert.equal(slow.width.rangeBytes, 256 * 1024);
  const middling = line({ eachBytes: MIB, allBytes: 2000 * MIB }, 4);
  middling.run(3_000);
  assert.ok(Math.abs(middling.width.rangeBytes / MIB - 1) < 0.1);
  const fast = line({ eachBytes: 20 * MIB, allBytes: 2000 * MIB });
  fast.run(3_000);
  assert.equal(fast.width.rangeBytes, 4 * MIB);
});

test("TransferWidth leaves half of the slots to large files, until none is left", () => {
  const { width } = line({ eachBytes: 0, allBytes: 0 });
  for (let small = 0; small < 4; small++) assert.equal(width.smallSlots.tryAcquire(), true);
  assert.equal(width.smallSlots.tryAcquire(), false);
  width.largeDone();
  assert.equal(width.smallSlots.tryAcquire(), true);
});

// Helpers

interface Line {
  /** Bytes a second of one transfer, and of all together. */
  readonly eachBytes: number;
  allBytes: number;
  /** Answers that each transfer finishes in one step. */
  readonly answersEach?: number;
  /** Transfers that there are. */
  wanted?: number;
  /** Whether they are of small files. */
  readonly areSmall?: boolean;
}

/** A line with a limit for each transfer and one for all, on which as many transfers run as may. */
function line(facts: Line, fixed?: number) {
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const width = new TransferWidth(clock, { fixed });
  const pass = (durationMs: number) => {
    nowMs += durationMs;
  };
  const tryAcquire = () =>
    facts.areSmall === true
      ? width.smallSlots.tryAcquire() && width.slots.tryAcquire()
      : width.slots.tryAcquire();
  const run = (durationMs: number) => {
    for (const endMs = nowMs + durationMs; nowMs < endMs;) {
      while (width.slots.taken < (facts.wanted ?? 1000) && tryAcquire());
      const { taken } = width.slots;
      pass(STEP_MS);
      const bytes = (Math.min(taken * facts.eachBytes, facts.allBytes) * STEP_MS) / 1000;
      width.moved(bytes);
      for (let answer = 0; answer < taken * (facts.answersEach ?? 0); answer++) width.finished();
      for (let slot = 0; slot < taken; slot++) {
        width.slots.release();
        if (facts.areSmall === true) width.smallSlots.release();
      }
    }
  };
  return { width, facts, pass, run };
}
