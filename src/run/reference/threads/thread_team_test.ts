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

test("meet() says to stop from the first meeting after a cancellation to the end of the pass", () => {
  const control = new Int32Array(new SharedArrayBuffer(64));
  const team = new ThreadTeam(control, { index: 0, count: 1 });
  const order = () => {
    Atomics.add(control, CONTROL.ordered, 1);
    team.begin();
  };
  order();
  assert.equal(team.meet(), true);
  Atomics.store(control, CONTROL.cancel, 1);
  assert.equal(team.meet(), false);
  // A thread that looks late, when the caller has ordered the next pass, still learns that this one ended.
  Atomics.store(control, CONTROL.cancel, 0);
  Atomics.add(control, CONTROL.ordered, 1);
  assert.equal(team.meet(), false);
  order();
  assert.equal(team.meet(), true);
});
