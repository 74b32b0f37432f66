import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelError } from "../../errors.ts";
import { DIRECTORY, runScripted as run } from "../scripted_run.ts";

const RESULT = { directory: DIRECTORY, bytesFreed: 1_234_567 };
const PLAN = {
  directory: DIRECTORY,
  files: ["config.json", "model.safetensors"],
  staying: 1,
  bytesFreed: 1_234_567,
  bytesShared: 1000,
};
const planRemoval = async () => PLAN;
const remove = async () => RESULT;

test("remove shows what goes and what comes free, and then removes it", async () => {
  const human = await run("remove org/name", { planRemoval, remove });
  assert.equal(human.exitCode, 0);
  assert.equal(
    human.stdout,
    [
      `To be removed: ${DIRECTORY}`,
      "  config.json",
      "  model.safetensors",
      "1.23 MB come free",
      "1.00 kB do not, as that data has another name elsewhere",
      "1 file of other tools will stay there",
      `Removed ${DIRECTORY}: 1.23 MB freed (1234567 bytes)`,
      "",
    ].join("\n"),
  );
  const json = await run("remove org/name --json", { planRemoval, remove });
  assert.deepEqual(JSON.parse(json.stdout), {
    schema: "mlx-layout/output/1",
    event: "removed",
    ...RESULT,
  });
});

test("remove asks on a terminal, and removes nothing without a yes", async () => {
  const questions: string[] = [];
  const answering = (answer: boolean) => ({
    ask: async (question: string) => {
      questions.push(question);
      return answer;
    },
  });
  const no = await run("remove org/name", { planRemoval }, answering(false));
  assert.equal(no.exitCode, 1);
  assert.equal(no.stderr, "Nothing was removed\n");
  assert.equal(
    (await run("remove org/name", { planRemoval, remove }, answering(true))).exitCode,
    0,
  );
  assert.deepEqual(questions, [`Remove ${DIRECTORY}? [y/N] `, `Remove ${DIRECTORY}? [y/N] `]);
  await run("remove org/name -y", { planRemoval, remove }, answering(false));
  assert.equal(questions.length, 2);
});

test("remove --dry-run removes nothing", async () => {
  const { exitCode, stdout } = await run("remove org/name --dry-run --json", { planRemoval });
  assert.equal(exitCode, 0);
  assert.deepEqual(JSON.parse(stdout), {
    schema: "mlx-layout/output/1",
    event: "removal",
    ...PLAN,
  });
});

test("remove takes the directory of a copy in another tool's store", async () => {
  const asked: string[] = [];
  const removeDirectory = async (directory: string) => {
    asked.push(directory);
    return RESULT;
  };
  await run(`remove ${DIRECTORY}`, { planRemoval, removeDirectory });
  assert.deepEqual(asked, [DIRECTORY]);
});

test("remove of what is not here fails with the manager's message", async () => {
  const { exitCode, stderr } = await run("remove org/name", {
    planRemoval: () => Promise.reject(new ModelError("not-downloaded", "Cannot remove")),
  });
  assert.equal(exitCode, 1);
  assert.equal(stderr, "mlx-layout: Cannot remove\n");
});
