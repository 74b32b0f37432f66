import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeVerdict } from "../../../spec/mod.ts";
import { newestVerdicts, parseRuntimeChoice, plannedRuntime, verdictOf } from "./choose_runtime.ts";

test("parseRuntimeChoice() takes the name of a runtime, alone or with a version", () => {
  assert.deepEqual(parseRuntimeChoice("mlx-lm"), { runtime: "mlx-lm", version: undefined });
  assert.deepEqual(parseRuntimeChoice("mlx-lm@0.32.2"), { runtime: "mlx-lm", version: "0.32.2" });
  assert.deepEqual(parseRuntimeChoice("mlx-swift-lm@main"), {
    runtime: "mlx-swift-lm",
    version: "main",
  });
  for (const text of ["", "mlx", "mlx-lm@", "mlx-lm@new", "mlx-lm@1.2.3.4.5", "mlx-lm@0.32@1"])
    assert.equal(parseRuntimeChoice(text), undefined, text);
});

const RANGES: readonly RuntimeVerdict[] = [
  verdict("mlx-lm", "0.22.0", "0.32.0"),
  verdict("mlx-lm", "0.32.0", undefined),
  verdict("mlx-swift-lm", "2.21.2", "main"),
  verdict("mlx-swift-lm", "main", undefined),
];

test("verdictOf() finds the range that a version is in, or the newest with a release", () => {
  const from = (runtime: string, version?: string) => verdictOf(RANGES, { runtime, version })?.from;
  assert.equal(from("mlx-lm", "0.31.3"), "0.22.0");
  assert.equal(from("mlx-lm", "0.32.0"), "0.32.0");
  assert.equal(from("mlx-lm", "0.1.0"), undefined);
  assert.equal(from("mlx-lm"), "0.32.0");
  assert.equal(from("mlx-swift-lm"), "2.21.2");
  assert.equal(from("mlx-swift-lm", "main"), "main");
  assert.deepEqual(
    newestVerdicts(RANGES, "language").map(({ runtime, from: first }) => `${runtime} ${first}`),
    ["mlx-lm 0.32.0", "mlx-swift-lm 2.21.2"],
  );
  assert.deepEqual(newestVerdicts(RANGES, "audio"), []);
});

test("plannedRuntime() names the runtime and the version of a plan", () => {
  assert.deepEqual(plannedRuntime("mlx-swift-lm-3.31.4"), {
    runtime: "mlx-swift-lm",
    version: "3.31.4",
  });
  assert.deepEqual(plannedRuntime("mlx-swift-lm-main"), {
    runtime: "mlx-swift-lm",
    version: "main",
  });
  assert.deepEqual(plannedRuntime("mlx-vlm"), { runtime: "mlx-vlm", version: undefined });
});

function verdict(runtime: string, from: string, before: string | undefined): RuntimeVerdict {
  return { runtime, from, before, loads: true, why: [], remedy: undefined };
}
