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
      assert.deepEqual(JSON.parse(json.stdout), {
        schema: "mlx-layout/output/1",
        event: "status",
        repository: "org/name",
        ...status,
        ...(status.state === "incomplete" && { command: "mlx-layout download org/name" }),
      });
      assert.equal(json.exitCode, exitCode);
    });
  }
}

test("status says how an incomplete model is repaired", async () => {
  const { stderr } = await run("status org/name", { status: async () => INCOMPLETE });
  assert.match(stderr, /^Run "mlx-layout download org\/name"/);
});

test("status of what is not there says so, and how it is downloaded", async () => {
  const status: ModelStatus = { ...INCOMPLETE, notDownloaded: true };
  const { exitCode, stdout, stderr } = await run("status org/name", { status: async () => status });
  assert.equal(exitCode, 1);
  assert.equal(stdout, `org/name: not downloaded\n${DIRECTORY}\n`);
  assert.equal(stderr, 'Run "mlx-layout download org/name" to download it\n');
});

for (const [compared, text] of [
  [
    { files: 2, bytes: 1500, filesHashed: 2, bytesHashed: 1500 },
    "Read 2 files, 1.50 kB: every byte was hashed and compared with the recorded hash",
  ],
  [
    { files: 1, bytes: 1500, filesHashed: 0, bytesHashed: 0 },
    "Looked at 1 file, 1.50 kB: sizes and times were compared with those of the last verification; no content was read",
  ],
  [
    { files: 3, bytes: 1500, filesHashed: 1, bytesHashed: 500 },
    "Read 1 file, 500 B, and compared the hashes; of 2 files sizes and times were compared with those of the last verification",
  ],
] as const) {
  test(`verify says what it read: ${compared.filesHashed} of ${compared.files}`, async () => {
    const status: ModelStatus = { state: "complete", directory: DIRECTORY, commit: "", compared };
    const { stdout } = await run("verify org/name", { verify: async () => status });
    assert.equal(stdout, `org/name: complete\n${text}\n${DIRECTORY}\n`);
  });
}
