import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { ListedModel } from "../../../spec/mod.ts";
import { DIRECTORY, ROOT, runScripted as run } from "../scripted_run.ts";

const LISTED: ListedModel = {
  directory: DIRECTORY,
  layout: "hubapi",
  repository: "org/name",
  modelId: "name",
  state: "complete",
  misplaced: undefined,
  sizeBytes: 1_234_567,
};

test("list prints a table with directories relative to the root, and names the misplaced", async () => {
  const flat: ListedModel = {
    ...LISTED,
    directory: join(ROOT, "name"),
    layout: "flat",
    repository: undefined,
    state: "unknown",
    misplaced: DIRECTORY,
    sizeBytes: 12,
  };
  const { exitCode, stdout } = await run("list", { list: async () => [LISTED, flat] });
  assert.equal(exitCode, 0);
  const relative = join("models", "org", "name");
  assert.equal(
    stdout,
    [
      "STATE     LAYOUT  REPOSITORY  MODEL ID     SIZE  DIRECTORY",
      `complete  hubapi  org/name    name      1.23 MB  ${relative}`,
      `unknown   flat    -           name         12 B  name             misplaced: MLX looks in ${relative}`,
      "",
    ].join("\n"),
  );
});

test("list --json prints the models, and an empty root is not a failure", async () => {
  const json = await run("list --json", { list: async () => [LISTED] });
  const { misplaced: _, ...defined } = LISTED;
  assert.deepEqual(JSON.parse(json.stdout), {
    schema: "mlx-layout/output/1",
    event: "models",
    models: [defined],
    unreadable: [],
  });
  const none = await run("list", { list: async () => [] });
  assert.equal(none.exitCode, 0);
  assert.equal(none.stdout, "");
  assert.equal(none.stderr, `There are no models under ${ROOT}\n`);
});
