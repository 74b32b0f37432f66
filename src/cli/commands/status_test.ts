import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelStatus } from "../../../spec/mod.ts";
import { DIRECTORY, runScripted as run } from "../scripted_run.ts";

const INCOMPLETE: ModelStatus = {
  state: "incomplete",
  directory: DIRECTORY,
  faults: [
    { path: "model-00001-of-00002.safetensors", fault: "missing", detail: "it is not there" },
    { path: "config.json", fault: "hash", detail: "sha256 is 12, not 34" },
  ],
};

const ANSWERS = [
  [
    { state: "complete", directory: DIRECTORY, commit: "c0ffee" },
    0,
    `org/name: complete at commit c0ffee\n${DIRECTORY}\n`,
  ],
  [
    INCOMPLETE,
    1,
    `org/name: incomplete, 2 files are wrong
  missing  model-00001-of-00002.safetensors: it is not there
  hash     config.json: sha256 is 12, not 34
${DIRECTORY}\n`,
  ],
  [
    { state: "unknown", directory: DIRECTORY, why: "it has no marker" },
    1,
    `org/name: unknown: it has no marker\n${DIRECTORY}\n`,
  ],
] as const satisfies readonly (readonly [ModelStatus, number, string])[];

for (const command of ["status", "verify"] as const) {
  for (const [status, exitCode, text] of ANSWERS) {
    test(`${command} prints that a model is ${status.state} and exits with ${exitCode}`, async () => {
      const human = await run(`${command} org/name`, { [command]: async () => status });
      assert.equal(human.stdout, text);
      assert.equal(human.exitCode, exitCode);
      const json = await run(`${command} org/name --json`, { [command]: async () => status });
      assert.deepEqual(JSON.parse(json.stdout), { repository: "org/name", ...status });
      assert.equal(json.exitCode, exitCode);
    });
  }
}

test("status says how an incomplete model is repaired", async () => {
  const { stderr } = await run("status org/name", { status: async () => INCOMPLETE });
  assert.match(stderr, /^Run "mlx-layout download org\/name"/);
});
