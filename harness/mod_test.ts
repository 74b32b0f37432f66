import assert from "node:assert/strict";
import { test } from "node:test";
import * as internal from "./internal.ts";
import * as harness from "./mod.ts";

test("what the harness exports is the same thing in its internal module", () => {
  const inside = new Map<string, unknown>(Object.entries(internal));
  for (const [name, value] of Object.entries(harness)) {
    assert.equal(inside.get(name), value, name);
  }
});
