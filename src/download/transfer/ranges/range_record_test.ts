import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { Intervals } from "./intervals.ts";
import { formatRecord, isMarked, parseRecord, RECORD_BYTES } from "./range_record.ts";

const PLACE = { contentKey: "a".repeat(64), sizeBytes: 2 ** 40, position: 4096 };
const RANGES = [
  { from: 0, to: 100 },
  { from: 2 ** 33, to: 2 ** 33 + 2 ** 21 },
];

const anyRanges = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 2 ** 32 }), fc.integer({ min: 1, max: 2 ** 21 })), {
    maxLength: 20,
  })
  .map((pairs) => {
    const ranges = new Intervals();
    for (const [from, length] of pairs) ranges.add({ from, to: from + length });
    return ranges.list;
  });

test("parseRecord() reads what formatRecord() wrote", () => {
  fc.assert(
    fc.property(anyRanges, fc.option(fc.string(), { nil: undefined }), (ranges, boot) => {
      const bytes = formatRecord({ ranges, boot }, PLACE);
      assert.equal(bytes.length, RECORD_BYTES);
      const read = parseRecord(bytes, { ...PLACE, boot: boot ?? "other" });
      assert.deepEqual(read, { ranges, counts: true });
    }),
  );
});

test("a record of what was not synced does not count after the next boot", () => {
  const bytes = formatRecord({ ranges: RANGES, boot: "one" }, PLACE);
  assert.equal(parseRecord(bytes, { ...PLACE, boot: "two" })?.counts, false);
});

test("parseRecord() believes no record that is torn, changed, short, or of something else", () => {
  const bytes = formatRecord({ ranges: RANGES, boot: undefined }, PLACE);
  fc.assert(
    fc.property(fc.nat(RECORD_BYTES - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const other = bytes.slice();
      other[at] = (other[at] ?? 0) ^ change;
      assert.equal(parseRecord(other, { ...PLACE, boot: "" }), undefined);
      assert.equal(parseRecord(bytes.subarray(0, at), { ...PLACE, boot: "" }), undefined);
    }),
  );
  for (const place of [{ contentKey: "b" }, { sizeBytes: 2 ** 40 + 1 }, { position: 8192 }])
    assert.equal(parseRecord(bytes, { ...PLACE, ...place, boot: "" }), undefined);
});

test("parseRecord() believes no range beyond the content", () => {
  const place = { ...PLACE, sizeBytes: 99 };
  const bytes = formatRecord({ ranges: RANGES, boot: undefined }, place);
  assert.equal(parseRecord(bytes, { ...place, boot: "" }), undefined);
  assert.ok(isMarked(bytes));
});

test("parseRecord() believes no record that counts more ranges than it has, whatever its checksum", () => {
  const bytes = formatRecord({ ranges: RANGES, boot: undefined }, PLACE);
  const sumAt = RECORD_BYTES - 32;
  for (const count of [3, 10, 500]) {
    const other = bytes.slice();
    new DataView(other.buffer).setUint16(10, count);
    // Numbers that do not end.
    other.fill(255, 64, sumAt);
    other.set(createHash("sha256").update(other.subarray(0, sumAt)).digest(), sumAt);
    assert.equal(parseRecord(other, { ...PLACE, boot: "" }), undefined);
  }
});

test("formatRecord() writes the first of more intervals than it has room for", () => {
  const ranges = Array.from({ length: 500 }, (_, at) => ({
    from: at * 2 ** 21,
    to: at * 2 ** 21 + 2 ** 20,
  }));
  const read = parseRecord(formatRecord({ ranges, boot: undefined }, PLACE), {
    ...PLACE,
    boot: "",
  });
  const count = read?.ranges.length ?? 0;
  assert.ok(count >= 60, `${count} intervals`);
  assert.deepEqual(read?.ranges, ranges.slice(0, count));
});
