import assert from "node:assert/strict";
import { test } from "node:test";
import { linkedSignal } from "./linked_signal.ts";

test("linkedSignal() fires with either signal and its reason", () => {
  for (const which of [0, 1]) {
    const controllers = [new AbortController(), new AbortController()] as const;
    const { signal } = linkedSignal(controllers[0].signal, controllers[1].signal);
    assert.equal(signal.aborted, false);
    controllers[which]?.abort("why");
    assert.deepEqual([signal.aborted, signal.reason], [true, "why"]);
  }
});

test("linkedSignal() is fired already when a source is", () => {
  const open = new AbortController().signal;
  assert.equal(linkedSignal(open, AbortSignal.abort("gone")).signal.reason, "gone");
  assert.equal(linkedSignal(AbortSignal.abort("gone"), open).signal.reason, "gone");
});

test("linkedSignal() fires no more after its release", () => {
  const controllers = [new AbortController(), new AbortController()] as const;
  const { signal, release } = linkedSignal(controllers[0].signal, controllers[1].signal);
  release();
  for (const controller of controllers) controller.abort();
  assert.equal(signal.aborted, false);
});

test("linkedSignal() of one signal is that signal", () => {
  const { signal } = new AbortController();
  assert.equal(linkedSignal(signal, undefined).signal, signal);
});
