import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelError } from "../../errors.ts";
import { DIRECTORY, runScripted as run } from "../scripted_run.ts";

test("remove prints how many bytes came free", async () => {
  const result = { directory: DIRECTORY, bytesFreed: 1_234_567 };
  const human = await run("remove org/name", { remove: async () => result });
  assert.equal(human.exitCode, 0);
  assert.equal(human.stdout, `Removed ${DIRECTORY}: 1.23 MB freed (1234567 bytes)\n`);
  const json = await run("remove org/name --json", { remove: async () => result });
  assert.deepEqual(JSON.parse(json.stdout), {
    schema: "mlx-layout/output/1",
    event: "removed",
    ...result,
  });
});

test("remove of what is not here fails with the manager's message", async () => {
  const { exitCode, stderr } = await run("remove org/name", {
    remove: () => Promise.reject(new ModelError("not-downloaded", "Cannot remove")),
  });
  assert.equal(exitCode, 1);
  assert.equal(stderr, "mlx-layout: Cannot remove\n");
});
