import assert from "node:assert/strict";
import { test } from "node:test";
import { nightlySteps, type NightlyOptions } from "./nightly_steps.ts";

const LINUX: NightlyOptions = {
  platform: "linux",
  arch: "x64",
  hardware: "with",
  seed: 1,
  out: "out",
  minutes: 20,
  swiftPackages: ["harness/subjects/swift"],
  hasSwift: false,
};
const MAC: NightlyOptions = { ...LINUX, platform: "darwin", arch: "arm64", hasSwift: true };

const skipped = (options: NightlyOptions) =>
  nightlySteps(options).flatMap(({ name, skip }) => (skip === undefined ? [] : [name]));

test("nightlySteps() leaves nothing out on a Mac with Apple silicon", () => {
  assert.deepEqual(skipped(MAC), []);
  assert.ok(nightlySteps(MAC).filter(({ isHardware }) => isHardware).length >= 2);
});

test("nightlySteps() says what a machine without Metal or APFS cannot show", () => {
  assert.deepEqual(skipped(LINUX), [
    "disk in memory against APFS",
    "disk in memory against Case-sensitive APFS",
    "Swift package harness/subjects/swift",
    "clients in Swift",
    "downloads of swift-transformers",
    "downloads of swift-huggingface",
    "downloads of delegated-mlx-swift",
    "clients for a Mac",
    "downloads of mlx-node",
    "downloads of exo",
    "downloads of omlx",
    "MLX on Metal, in float32",
    "MLX on Metal, in every format",
    "a real model of the real hub",
  ]);
  const intel = nightlySteps({ ...MAC, arch: "x64" }).find(({ isHardware }) => isHardware);
  assert.match(intel?.skip ?? "", /darwin x64/);
});

test("nightlySteps() judges Swift's downloaders wherever Swift is, and builds MLX's runner on a Mac alone", () => {
  const left = skipped({ ...LINUX, hasSwift: true });
  assert.ok(left.includes("Swift package harness/subjects/swift"));
  assert.ok(left.includes("downloads of delegated-mlx-swift"));
  assert.ok(!left.includes("clients in Swift"));
  assert.ok(!left.includes("downloads of swift-transformers"));
  assert.ok(skipped({ ...MAC, hasSwift: false }).includes("Swift package harness/subjects/swift"));
});

test("nightlySteps() installs programs for a Mac before it judges them, and may find them not conformant", () => {
  const steps = nightlySteps(MAC);
  const names = steps.map(({ name }) => name);
  const at = names.indexOf("clients for a Mac");
  const installed = steps[at]?.command.slice(-3) ?? [];
  assert.deepEqual(installed, ["mlx-node", "exo", "omlx"]);
  for (const [nth, name] of installed.entries()) {
    const step = steps[at + 1 + nth];
    assert.match(step?.command.join(" ") ?? "", new RegExp(`--subject ${name}( |$)`));
    assert.ok(step?.otherVerdicts?.includes(1));
  }
});

test("nightlySteps() names what was left out on purpose", () => {
  assert.deepEqual(skipped({ ...MAC, hardware: "without" }), [
    "MLX on Metal, in float32",
    "MLX on Metal, in every format",
    "a real model of the real hub",
  ]);
  assert.deepEqual(skipped({ ...MAC, hardware: "paravirtual" }), [
    "MLX on Metal, in every format",
    "a real model of the real hub",
  ]);
  const only = nightlySteps({ ...MAC, hardware: "only" });
  assert.ok(only.every(({ isHardware }) => isHardware === true));
});

test("nightlySteps() makes a seed of the number of a run", () => {
  const [first] = nightlySteps({ ...LINUX, seed: 19_876_543_210 });
  const seed = Number(first?.command[(first.command.indexOf("--seed") ?? 0) + 1]);
  assert.ok(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31);
});

test("nightlySteps() compares with MLX on Metal, with a margin of its own, on every Mac that has it", () => {
  for (const hardware of ["with", "only", "paravirtual"] as const) {
    const steps = nightlySteps({ ...MAC, hardware, seed: 3_000_000_000 });
    const float32 = steps.find(({ name }) => name === "MLX on Metal, in float32");
    const words = float32?.command.join(" ") ?? "";
    assert.equal(float32?.skip, undefined);
    assert.match(words, /bench compare --metal --margin 0\.002 --float32 .*--seed 852516352$/);
  }
});
