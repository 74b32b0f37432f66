import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type ConstantRun, ConstantRuns } from "./constant_runs.ts";

test("ConstantRuns finds every long run, however the bytes arrive", () => {
  // Stretches of few values, so that neighbours are often equal and runs cross the pieces.
  const stretches = fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 40 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(
      stretches,
      fc.array(fc.integer({ min: 1, max: 30 })),
      fc.integer({ min: 1, max: 20 }),
      (parts, cuts, sizeBytesMin) => {
        const bytes = Uint8Array.from(
          parts.flatMap(([value, length]) => Array<number>(length).fill(value)),
        );
        assert.deepEqual(
          found(bytes, cuts, sizeBytesMin),
          naive(bytes).filter(({ sizeBytes }) => sizeBytes >= sizeBytesMin),
        );
      },
    ),
    { numRuns: 1000 },
  );
});

test("ConstantRuns finds nothing in nothing", () => {
  assert.deepEqual(found(new Uint8Array(0), [], 1), []);
});

function found(bytes: Uint8Array, cuts: readonly number[], sizeBytesMin: number): ConstantRun[] {
  const result: ConstantRun[] = [];
  const runs = new ConstantRuns({ sizeBytesMin, onRun: (run) => result.push(run) });
  let at = 0;
  for (const cut of cuts) {
    runs.push(bytes.subarray(at, at + cut));
    at += cut;
  }
  runs.push(bytes.subarray(at));
  runs.end();
  return result;
}

function naive(bytes: Uint8Array): ConstantRun[] {
  const runs: ConstantRun[] = [];
  for (let start = 0; start < bytes.length;) {
    const value = bytes[start] ?? 0;
    let end = start;
    while (end < bytes.length && bytes[end] === value) end++;
    runs.push({ start, sizeBytes: end - start, value });
    start = end;
  }
  return runs;
}
