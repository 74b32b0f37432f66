import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Intervals } from "./intervals.ts";

test("Intervals has the positions that were added, whatever the order", () => {
  const anyInterval = fc.tuple(fc.nat(40), fc.nat(12));
  fc.assert(
    fc.property(fc.array(anyInterval, { maxLength: 15 }), fc.nat(60), (pairs, end) => {
      const intervals = new Intervals();
      const positions = new Set<number>();
      for (const [from, length] of pairs) {
        intervals.add({ from, to: from + length });
        for (let at = from; at < from + length; at++) positions.add(at);
      }
      assert.equal(intervals.total, positions.size);
      const has = (at: number) => intervals.list.some(({ from, to }) => from <= at && at < to);
      for (let at = 0; at < 60; at++) assert.equal(has(at), positions.has(at), `${at}`);
      for (const [at, { from }] of intervals.list.entries())
        assert.ok(from > (intervals.list[at - 1]?.to ?? -1), "no two touch");
      const missing = intervals.gaps(end).flatMap(({ from, to }) => {
        assert.ok(from < to && to <= end);
        return Array.from({ length: to - from }, (_, at) => from + at);
      });
      const expected = Array.from({ length: end }, (_, at) => at).filter(
        (at) => !positions.has(at),
      );
      assert.deepEqual(missing, expected);
      let next = end;
      while (positions.has(next)) next++;
      assert.equal(intervals.endFrom(end), next);
    }),
  );
});
