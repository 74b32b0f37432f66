import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckReport, LoadPlan, RuntimeVerdict } from "../../../spec/mod.ts";
import type { CliManager } from "../cli_environment.ts";
import { DIRECTORY, runScripted } from "../scripted_run.ts";

const PLAN: LoadPlan = {
  directory: DIRECTORY,
  runtime: "mlx-lm",
  reads: [{ path: "config.json", role: "config", sizeBytes: 753 }],
  isWeightOrderDefined: false,
  unused: [{ path: "onnx/a.bin", sizeBytes: 2_000_000 }],
  reclaimableBytes: 2_000_000,
  missing: [],
  stopsAt: undefined,
};

const run = (line: string, answers: Partial<CliManager>) =>
  runScripted(line, { locate: async () => DIRECTORY, ...answers });

function reported(runtimes: readonly RuntimeVerdict[]): CheckReport {
  return {
    directory: DIRECTORY,
    loadable: true,
    findings: [],
    architecture: "llama",
    kind: "language",
    runtimes,
    parameterCount: 1,
    tensorCount: 1,
    quantization: undefined,
    weightFiles: [],
  };
}

function verdict(runtime: string, loads: boolean): RuntimeVerdict {
  return {
    runtime,
    from: "0.1.0",
    before: undefined,
    loads,
    why: loads ? [] : ["it is too old"],
    remedy: loads ? undefined : "use a newer one",
  };
}

test("plan prints what is opened, what never, what is missing and where the load stops", async () => {
  const missing = [{ path: "model*.safetensors", detail: "nothing matches" }];
  const plan = async () => ({ ...PLAN, missing, stopsAt: missing[0] });
  const check = async () => reported([]);
  const { exitCode, stdout } = await run("plan org/name", { plan, check });
  assert.equal(exitCode, 1);
  assert.equal(
    stdout,
    `opens   config    config.json  753 B
never             onnx/a.bin  2.00 MB
missing           model*.safetensors: nothing matches
mlx-lm opens 1 files, and never 2.00 MB of 1 others; the load stops at model*.safetensors: nothing matches
mlx-lm: unknown, older than any version read
`,
  );
});

test("plan says whether the runtime loads the model, from headers alone", async () => {
  const depths: unknown[] = [];
  const check = async (_: unknown, options?: { readonly depth?: string }) => {
    depths.push(options?.depth);
    return reported([verdict("mlx-lm", true), verdict("mlx-swift-lm", false)]);
  };
  const plan = async () => PLAN;
  const loaded = await run("plan org/name", { plan, check });
  assert.equal(loaded.exitCode, 0);
  assert.match(loaded.stdout, /\nmlx-lm 0\.1\.0 and later: yes\n$/);
  assert.deepEqual(depths, ["headers"]);
  const swift = async () => ({ ...PLAN, runtime: "mlx-swift-lm-main" as const });
  const line = "plan org/name --runtime mlx-swift-lm-main";
  const refused = await run(line, { plan: swift, check });
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stdout, /no, because it is too old; remedy: use a newer one\n$/);
  const all = await run("plan org/name --all-runtimes", { plan, check });
  assert.match(all.stdout, /mlx-lm 0\.1\.0 and later: yes\nmlx-swift-lm 0\.1\.0 and later: no/);
  const json = await run("plan org/name --json", { plan, check });
  assert.equal(JSON.parse(json.stdout).runtimes.length, 2);
});
