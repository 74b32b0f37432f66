import assert from "node:assert/strict";
import { test } from "node:test";
import type { Progress } from "../../../spec/mod.ts";
import { steadyProgress } from "./steady_progress.ts";

function report(
  bytesDone: number,
  bytesTotal: number,
  phase: Progress["phase"] = "transfer",
): Progress {
  const fraction = bytesDone / bytesTotal;
  return { phase, bytesDone, bytesTotal, filesDone: 0, filesTotal: 2, fraction };
}

test("steadyProgress() shows what a second attempt has more than the first, with its total, and its end", () => {
  const shown: Progress[] = [];
  const onProgress = steadyProgress((progress) => shown.push(progress));
  const first = [report(0, 100), report(60, 100)];
  const second = [
    report(0, 120),
    report(50, 120),
    report(65, 120),
    report(80, 120),
    report(120, 120, "done"),
  ];
  for (const one of [...first, ...second]) onProgress?.(one);
  // 65 of 120 is more bytes, and yet a smaller part.
  assert.deepEqual(
    shown.map(({ bytesDone, bytesTotal }) => [bytesDone, bytesTotal]),
    [
      [0, 100],
      [60, 100],
      [80, 120],
      [120, 120],
    ],
  );
});

test("steadyProgress() always shows the end, also of a smaller commit", () => {
  const shown: Progress[] = [];
  const onProgress = steadyProgress((progress) => shown.push(progress));
  for (const one of [report(60, 100), report(10, 20), report(20, 20, "done")]) onProgress?.(one);
  assert.deepEqual(
    shown.map(({ phase, fraction }) => [phase, fraction]),
    [
      ["transfer", 0.6],
      ["done", 1],
    ],
  );
});

test("steadyProgress() of nobody is nothing", () => {
  assert.equal(steadyProgress(undefined), undefined);
});
