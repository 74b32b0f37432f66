import assert from "node:assert/strict";
import { test } from "node:test";
import type { MigrationRequest } from "../../../spec/mod.ts";
import { DIRECTORY, runScripted as run } from "../scripted_run.ts";

test("migrate shows the plan before it moves, and undoes it on request", async () => {
  const steps: string[] = [];
  const migrate = async ({ step, from }: MigrationRequest) => {
    steps.push(step);
    return {
      from: from ?? "/root/smollm",
      to: DIRECTORY,
      files: ["config.json"],
      leftBehind: [".DS_Store"],
      isDone: step !== "plan",
    };
  };
  const moved = await run("migrate org/name", { migrate });
  assert.equal(moved.exitCode, 0);
  assert.match(moved.stdout, /^From .*\nto .*\n {2}config\.json\nThese stay: \.DS_Store\nMoved\./);
  assert.deepEqual(steps, ["plan", "move"]);
  await run("migrate org/name --dry-run", { migrate });
  assert.deepEqual(steps, ["plan", "move", "plan"]);
  await run("migrate org/name --undo", { migrate });
  assert.deepEqual(steps, ["plan", "move", "plan", "undo"]);
});
