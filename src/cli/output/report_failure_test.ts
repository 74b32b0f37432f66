import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelError } from "../../errors.ts";
import { Interruption } from "../exit_code.ts";
import { reportFailure } from "./report_failure.ts";

function report(error: unknown, options: { reason?: unknown } = {}) {
  const controller = new AbortController();
  if ("reason" in options) controller.abort(options.reason);
  let stdout = "";
  let stderr = "";
  const exitCode = reportFailure(error, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    json: true,
    signal: controller.signal,
  });
  const event: unknown = JSON.parse(stdout);
  return { exitCode, stderr, event };
}

test("reportFailure() tells message and facts, and neither cause nor stack", () => {
  const message = 'Cannot keep "a.json" as its hash differs: try again';
  const error = new ModelError("integrity", message, {
    cause: new Error("inner"),
    file: "a.json",
    expected: "sha256:1",
    actual: "sha256:2",
  });
  assert.deepEqual(report(error), {
    exitCode: 1,
    stderr: `mlx-layout: ${message}\n`,
    event: {
      schema: "mlx-layout/output/1",
      event: "error",
      code: "integrity",
      message,
      file: "a.json",
      expected: "sha256:1",
      actual: "sha256:2",
    },
  });
});

test("reportFailure() writes no JSON where none was asked for", () => {
  const written: string[] = [];
  reportFailure(new ModelError("network", "Cannot ask"), {
    stdout: { write: (text) => written.push(text) },
    stderr: { write: () => undefined },
    json: false,
    signal: new AbortController().signal,
  });
  assert.deepEqual(written, []);
});

test("reportFailure() answers 2 for a request that is wrong itself", () => {
  assert.equal(report(new ModelError("invalid-argument", "Cannot use it")).exitCode, 2);
});

test("reportFailure() calls a failure outside the contract an internal error", () => {
  const errors = [
    new TypeError("x is not a function"),
    Object.assign(new Error("x is not a function"), { code: "busy" }),
    "x is not a function",
  ];
  for (const error of errors) {
    const { exitCode, stderr, event } = report(error);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mlx-layout: Internal error: x is not a function\. Please report .*\n$/);
    assert.match(JSON.stringify(event), /"code":"internal"/);
  }
});

test("reportFailure() sends no control sequences from afar to the terminal, but keeps lines", () => {
  const { stderr } = report(new ModelError("unsafe-path", "Bad \u001b[2J\nsecond line"));
  assert.equal(stderr, "mlx-layout: Bad \\u{1b}[2J\nsecond line\n");
});

test("reportFailure() answers the signal's exit code for a cancelled command", () => {
  const interrupted = report(new ModelError("cancelled", "The caller cancelled"), {
    reason: new Interruption("SIGINT"),
  });
  assert.equal(interrupted.exitCode, 130);
  assert.equal(interrupted.stderr, "mlx-layout: Interrupted\n");
  const reason = new Interruption("SIGTERM");
  assert.equal(report(reason, { reason }).exitCode, 143);
});

test("reportFailure() tells another failure after the interruption as what it is", () => {
  const { exitCode, stderr } = report(new ModelError("disk-full", "Cannot write"), {
    reason: new Interruption("SIGINT"),
  });
  assert.equal(exitCode, 1);
  assert.equal(stderr, "mlx-layout: Cannot write\n");
});

test("reportFailure() names the system's code, once, wherever it stands among the causes", () => {
  const refused = Object.assign(new Error("connect to 10.0.0.1"), { code: "ECONNREFUSED" });
  const cause = new Error("Cannot reach", { cause: refused });
  assert.equal(
    report(new ModelError("network", "Cannot ask", { cause })).stderr,
    "mlx-layout: Cannot ask (ECONNREFUSED)\n",
  );
  assert.equal(
    report(new ModelError("network", "Cannot ask: ECONNREFUSED", { cause })).stderr,
    "mlx-layout: Cannot ask: ECONNREFUSED\n",
  );
});
