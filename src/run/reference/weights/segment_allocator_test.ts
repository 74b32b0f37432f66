import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { SegmentAllocator } from "./segment_allocator.ts";

test("allocate() never lets two parts overlap or leave their piece", () => {
  const part = fc.integer({ min: 1, max: 400 });
  fc.assert(
    fc.property(fc.array(fc.array(part, { minLength: 1, maxLength: 3 })), (requests) => {
      const allocator = new SegmentAllocator(1024);
      const taken: { segment: number; start: number; end: number }[] = [];
      for (const sizes of requests) {
        const place = allocator.allocate(sizes);
        if (place === undefined) {
          assert.ok(sizes.reduce((sum, size) => sum + size + 63, 64) > 1024);
          continue;
        }
        sizes.forEach((size, at) => {
          const start = place.offsets[at] ?? NaN;
          assert.equal(start % 64, 0);
          taken.push({ segment: place.segment, start, end: start + size });
        });
      }
      const sizes = allocator.sizes();
      for (const [at, one] of taken.entries()) {
        // Kernels read up to 16 bytes beyond.
        assert.ok(one.end + 16 <= (sizes[one.segment] ?? 0));
        assert.ok((sizes[one.segment] ?? Infinity) <= 1024);
        const others = taken.slice(at + 1).filter(({ segment }) => segment === one.segment);
        assert.ok(others.every(({ start, end }) => start >= one.end || end <= one.start));
      }
    }),
  );
});
