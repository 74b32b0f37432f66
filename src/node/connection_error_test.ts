import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionError } from "./connection_error.ts";

test("ConnectionError names the first of several addresses that failed", () => {
  const failures = ["::1", "127.0.0.1"].map((address) =>
    Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: "ECONNREFUSED" }),
  );
  const cause = new AggregateError(failures);
  const error = new ConnectionError("Cannot reach http://hub.test", cause);
  assert.equal(error.message, "Cannot reach http://hub.test: connect ECONNREFUSED ::1");
  assert.equal(error.code, "ECONNREFUSED");
  assert.equal(error.cause, cause);
});

test("ConnectionError takes message and code from the deepest cause", () => {
  const deepest = Object.assign(new Error("getaddrinfo ENOTFOUND hub"), { code: "ENOTFOUND" });
  const error = new ConnectionError(
    "Cannot ask",
    new TypeError("fetch failed", { cause: deepest }),
  );
  assert.equal(error.message, "Cannot ask: getaddrinfo ENOTFOUND hub");
  assert.equal(error.code, "ENOTFOUND");
});

test("ConnectionError has no code where the cause has none", () => {
  assert.equal(new ConnectionError("Cannot ask", "because").message, "Cannot ask: because");
  assert.equal(new ConnectionError("Cannot ask", new Error("no")).code, undefined);
});
