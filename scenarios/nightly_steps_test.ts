import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type NightMachine, nightSteps } from "./nightly_steps.ts";

const MAC: NightMachine = {
  platform: "darwin",
  processor: "arm64",
  has: (program) => program === "swift",
  python: "/venv/bin/python",
  isOnline: true,
};

test("a Mac with everything skips strace alone", () => {
  const skipped = nightSteps(MAC).filter(({ skip }) => skip !== undefined);
  assert.deepEqual(
    skipped.map(({ skip }) => skip),
    ["no strace"],
  );
});

test("each step that is skipped says why, and Linux has no hardware world", () => {
  const bare = { ...MAC, platform: "linux", processor: "x64", python: undefined, has: () => false };
  const steps = nightSteps(bare);
  assert.ok(steps.filter(({ skip }) => skip === undefined).length >= 3);
  const hardware = steps.find(({ isHardware }) => isHardware);
  assert.match(hardware?.skip ?? "", /linux on x64, without Metal/);
});

test("every step's file is there", () => {
  const files = nightSteps(MAC).flatMap(({ command }) =>
    command.filter((word) => /\.ts$|\/mlx_swift$/.test(word)),
  );
  assert.ok(files.length >= 9);
  for (const file of files) {
    assert.ok(existsSync(fileURLToPath(new URL(`../${file}`, import.meta.url))), file);
  }
});
