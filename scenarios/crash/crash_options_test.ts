import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCrashOptions } from "./crash_options.ts";

test("parseCrashOptions() takes every model and profile when none is named", () => {
  const options = parseCrashOptions([]);
  assert.ok(typeof options !== "number");
  assert.deepEqual(options.profiles, ["kill", "ordered", "apfs", "weak"]);
  assert.deepEqual(options.models, ["smallest", "sharded", "update", "fewer shards"]);
  assert.equal(options.asked, undefined);
});

test("parseCrashOptions() takes several of a kind, and refuses what it does not know", (context) => {
  context.mock.method(process.stderr, "write", () => true);
  const some = parseCrashOptions(["--profile", "weak", "--profile", "kill", "--asked", "7"]);
  assert.ok(typeof some !== "number");
  assert.deepEqual(some.profiles, ["weak", "kill"]);
  assert.equal(some.asked, 7);
  assert.equal(parseCrashOptions(["--profile", "strong"]), 2);
  assert.equal(parseCrashOptions(["--samples", "few"]), 2);
});
