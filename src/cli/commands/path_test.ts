import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelRequest } from "../../../spec/mod.ts";
import { DIRECTORY, runScripted as run } from "../scripted_run.ts";

test("--layout and --revision say which model on the disk is meant", async () => {
  const asked: ModelRequest[] = [];
  const locate = async (request: ModelRequest) => {
    asked.push(request);
    return DIRECTORY;
  };
  await run("path org/name --layout hf-cache --revision v1", { locate });
  assert.deepEqual(asked, [{ repository: "org/name", layout: "hf-cache", revision: "v1" }]);
  assert.equal((await run("path org/name --layout nowhere", { locate })).exitCode, 2);
});

test("path prints the directory of a model that is here", async () => {
  const asked: ModelRequest[] = [];
  const locate = async (request: ModelRequest) => {
    asked.push(request);
    return DIRECTORY;
  };
  const { exitCode, stdout } = await run("path org/name", { locate });
  assert.equal(exitCode, 0);
  assert.equal(stdout, `${DIRECTORY}\n`);
  assert.deepEqual(asked, [{ repository: "org/name" }]);
  const json = await run("path org/name --json", { locate });
  assert.deepEqual(JSON.parse(json.stdout), {
    schema: "mlx-layout/output/1",
    event: "path",
    repository: "org/name",
    directory: DIRECTORY,
  });
});

test("path of a model that is not here fails and says what to do", async () => {
  const locate = async () => undefined;
  const { exitCode, stdout, stderr } = await run("path org/name", { locate });
  assert.equal(exitCode, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /not downloaded; run "mlx-layout download org\/name"/);
  const json = await run("path org/name --json", { locate });
  assert.match(json.stdout, /^\{"event":"error","code":"not-downloaded"/);
});
