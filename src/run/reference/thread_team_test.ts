import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { CONTROL, ThreadTeam } from "./thread_team.ts";

test("part() gives everything to some thread and nothing to two", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 1, max: 9 }), (total, count) => {
      const control = new Int32Array(new SharedArrayBuffer(64));
      let end = 0;
      for (let index = 0; index < count; index++) {
        const part = new ThreadTeam(control, { index, count }).part(total);
        assert.equal(part.start, end);
        assert.ok(part.end >= part.start);
        end = part.end;
      }
      assert.equal(end, total);
    }),
  );
});

test("meet() says to stop from the first meeting after a cancellation on", () => {
  const control = new Int32Array(new SharedArrayBuffer(64));
  const team = new ThreadTeam(control, { index: 0, count: 1 });
  assert.equal(team.meet(), true);
  Atomics.store(control, CONTROL.cancel, 1);
  assert.equal(team.meet(), false);
  // A cancellation that is taken back does not let half of the threads go on.
  Atomics.store(control, CONTROL.cancel, 0);
  assert.equal(team.meet(), false);
});
