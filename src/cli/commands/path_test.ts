import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelRequest } from "../../../spec/mod.ts";
import { DIRECTORY, runScripted as run } from "../scripted_run.ts";

const status = async () => ({ state: "complete", directory: DIRECTORY, commit: "c" }) as const;

test("--layout and --revision say which model on the disk is meant", async () => {
  const asked: ModelRequest[] = [];
  const locate = async (request: ModelRequest) => {
    asked.push(request);
    return DIRECTORY;
  };
  await run("path org/name --layout hf-cache --revision v1", { locate, status });
  assert.deepEqual(asked, [{ repository: "org/name", layout: "hf-cache", revision: "v1" }]);
  assert.equal((await run("path org/name --layout nowhere", { locate })).exitCode, 2);
});

test("path prints the directory of a model that is here", async () => {
  const asked: ModelRequest[] = [];
  const locate = async (request: ModelRequest) => {
    asked.push(request);
    return DIRECTORY;
  };
  const { exitCode, stdout } = await run("path org/name", { locate, status });
  assert.equal(exitCode, 0);
  assert.equal(stdout, `${DIRECTORY}\n`);
  assert.deepEqual(asked, [{ repository: "org/name" }]);
  const json = await run("path org/name --json", { locate, status });
  assert.deepEqual(JSON.parse(json.stdout), {
    schema: "mlx-layout/output/1",
    event: "path",
    repository: "org/name",
    directory: DIRECTORY,
    state: "complete",
  });
});

test("path of an incomplete model prints it, warns and fails, with the command that mends it", async () => {
  const locate = async () => DIRECTORY;
  const fault = { path: "config.json", fault: "missing", detail: "is not there" } as const;
  const incomplete = async () =>
    ({ state: "incomplete", directory: DIRECTORY, faults: [fault] }) as const;
  const mend = { operation: "download", repository: "org/name" } as const;
  const finding = { cause: "missing-config", level: "error", directory: DIRECTORY } as const;
  const found = { ...finding, repository: "org/name", detail: "It has none", mend };
  const diagnose = async () => ({ models: 1, findings: [found] });
  const { exitCode, stdout, stderr } = await run("path org/name", {
    locate,
    status: incomplete,
    diagnose,
  });
  assert.equal(exitCode, 1);
  assert.equal(stdout, `${DIRECTORY}\n`);
  assert.match(stderr, /is incomplete.*\nRun "mlx-layout download org\/name" to fetch only/);
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
