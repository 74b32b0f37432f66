import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { test } from "node:test";
import type { MigrationRequest } from "../../../spec/mod.ts";
import { DIRECTORY, ROOT, runScripted as run } from "../scripted_run.ts";

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

test("migrate takes the directory that list prints, and asks for the repository where nothing says it", async () => {
  const asked: MigrationRequest[] = [];
  const migrate = async (request: MigrationRequest) => {
    asked.push(request);
    return { from: "/m", to: DIRECTORY, files: [], leftBehind: [], isDone: true };
  };
  const from = join(ROOT, "smollm");
  await run(`migrate ${from}`, { migrate, repositoryIn: async () => "org/found" });
  await run("migrate smollm --as org/given", { migrate });
  assert.deepEqual(
    asked.map(({ repository, from: directory, step }) => [repository, directory, step]),
    [
      ["org/found", from, "plan"],
      ["org/found", from, "move"],
      ["org/given", resolve("smollm"), "plan"],
      ["org/given", resolve("smollm"), "move"],
    ],
  );
  const unknown = await run(`migrate ${from}`, { repositoryIn: async () => undefined });
  assert.equal(unknown.exitCode, 2);
  assert.match(unknown.stderr, /nothing in it says which repository it is.*--as /);
});
