import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { CheckReport } from "../../../spec/mod.ts";
import type { CliManager } from "../cli_environment.ts";
import { DIRECTORY, runScripted as run } from "../scripted_run.ts";

const SOUND: CheckReport = {
  directory: DIRECTORY,
  loadable: true,
  findings: [],
  architecture: "llama",
  parameterCount: 134_515_008,
  tensorCount: 272,
  quantization: "4-bit, groups of 64",
  weightFiles: ["model.safetensors"],
};

test("check of a sound model prints one line of what it is", async () => {
  const { exitCode, stdout } = await run("check org/name", {
    locate: async () => DIRECTORY,
    check: async () => SOUND,
  });
  assert.equal(exitCode, 0);
  assert.equal(stdout, "loadable: llama, 135 M parameters, 4-bit, groups of 64, 272 tensors\n");
});

test("check of a broken model prints its findings, one a line, and fails", async () => {
  const report: CheckReport = {
    ...SOUND,
    loadable: false,
    architecture: undefined,
    quantization: undefined,
    parameterCount: 8_030_000_000,
    findings: [
      {
        cause: "truncated",
        path: "model.safetensors",
        detail: "1 byte is missing",
        level: "error",
      },
      { cause: "appledouble", path: "._a\u0007", detail: "a sidecar", level: "warning" },
    ],
  };
  const answers = { locate: async () => DIRECTORY, check: async () => report };
  const { exitCode, stdout } = await run("check org/name", answers);
  assert.equal(exitCode, 1);
  assert.equal(
    stdout,
    `error: truncated: model.safetensors: 1 byte is missing
warning: appledouble: ._a\\u{7}: a sidecar
not loadable: unknown architecture, 8.03 B parameters, not quantized, 272 tensors, 1 error
`,
  );
  const json = await run("check org/name --json", answers);
  assert.equal(json.exitCode, 1);
  const line = { schema: "mlx-layout/output/1", event: "check", ...report };
  assert.deepEqual(JSON.parse(json.stdout), JSON.parse(JSON.stringify(line)));
});

test("check reads a path as a directory, and a name as a model before a directory of that name", async () => {
  const parent = await mkdtemp(join(tmpdir(), "check-"));
  const before = process.cwd();
  try {
    await mkdir(join(parent, "org", "name"), { recursive: true });
    process.chdir(parent);
    const here = process.cwd();
    const checkDirectory = async (directory: string) => ({ ...SOUND, architecture: directory });
    const locate = async () => undefined;
    const checked = async (model: string, answers: Partial<CliManager>) =>
      (await run(`check ${model}`, answers)).stdout.split(" ")[1];
    assert.equal(await checked(parent, { checkDirectory }), `${parent},`);
    for (const model of ["./org/name", "org/name/", "org/../org/name"]) {
      assert.equal(await checked(model, { checkDirectory }), `${join(here, "org", "name")},`);
    }
    assert.equal(
      await checked("org/name", { checkDirectory, locate }),
      `${join(here, "org", "name")},`,
    );
    const check = async () => SOUND;
    assert.equal(await checked("org/name", { check, locate: async () => DIRECTORY }), "llama,");
    assert.equal(await checked("org/absent", { check, locate }), "llama,");
  } finally {
    process.chdir(before);
    await rm(parent, { recursive: true });
  }
});
