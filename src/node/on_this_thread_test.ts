import assert from "node:assert/strict";
import { test } from "node:test";
import { onThisThread } from "./on_this_thread.ts";

test("the loop of events turns during a long series of short calls", async () => {
  const soon = onThisThread();
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  let calls = 0;
  for (; !turned && calls < 1_000_000; calls++) await soon(() => undefined);
  assert.ok(turned, `it did not in ${calls} calls`);
});
