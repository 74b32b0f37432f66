import assert from "node:assert/strict";
import { test } from "node:test";
import type { Progress } from "../../spec/mod.ts";
import { ComparisonMeter } from "./comparison_meter.ts";

const record = (path: string, sizeBytes: number) =>
  ({ path, sizeBytes, digest: `sha256:${"a".repeat(64)}`, modifiedMs: 0 }) as const;

test("ComparisonMeter says how far a verification is, in bytes and in files", () => {
  const events: Progress[] = [];
  const meter = new ComparisonMeter((progress) => void events.push(progress));
  const [one, two] = [record("one", 6), record("two", 2)];
  meter.expect([one, two]);
  meter.hashed(4, one);
  meter.hashed(2, one);
  meter.compared(one, "hash");
  meter.compared(two, "size");
  const told = events.map(
    ({ phase, bytesDone, bytesTotal, filesDone, filesTotal, fraction, file }) =>
      [phase, bytesDone, bytesTotal, filesDone, filesTotal, fraction, file].join(" "),
  );
  assert.deepEqual(told, [
    "transfer 4 8 0 2 0.5 one",
    "transfer 6 8 0 2 0.75 one",
    "transfer 6 8 1 2 0.75 one",
    "transfer 8 8 2 2 1 two",
  ]);
  assert.deepEqual(meter.comparison, { files: 2, bytes: 8, filesHashed: 1, bytesHashed: 6 });
});
