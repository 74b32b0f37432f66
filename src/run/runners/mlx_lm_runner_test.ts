import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/*
 * The runner over a stand-in for mlx-lm 0.31, which runs the code that `model_file` names without asking, and one for 0.32, which
 * has to be told.
 */

const RUNNER = fileURLToPath(new URL("./mlx_lm_runner.py", import.meta.url));
const skip = spawnSync("python3", ["--version"]).error === undefined ? false : "no python3 here";
const LOAD = {
  "0.31": "def load_model(path):\n    return run(path, True)\n",
  "0.32":
    "def load_model(path, trust_remote_code=False):\n    return run(path, trust_remote_code)\n",
} as const;
const UTILS = `
import json
def run(path, trusts):
    config = json.loads((path / "config.json").read_text())
    if "model_file" in config and not trusts:
        raise ValueError("needs trust")
    if "model_file" in config:
        exec((path / config["model_file"]).read_text())
    class Model:
        def parameters(self): return []
    return Model(), config
def get_total_parameters(model): return 1
def load_tokenizer(path, *_, **__): return [0]
`;

async function answerOf(
  version: keyof typeof LOAD,
  trust: object,
): Promise<Record<string, unknown>> {
  const top = mkdtempSync(join(tmpdir(), "mlx-layout-runner-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  };
  try {
    write("mlx/__init__.py", "");
    write("mlx/core.py", "gpu = 1\ndef default_device(): return 0\ndef clear_cache(): pass\n");
    write("mlx/utils.py", "def tree_flatten(value): return value\n");
    write("mlx_lm/__init__.py", "");
    write("mlx_lm/utils.py", UTILS + LOAD[version]);
    for (const name of ["mlx", "mlx_lm", "transformers", "huggingface_hub"])
      write(`${name}-1.dist-info/METADATA`, `Metadata-Version: 2.1\nName: ${name}\nVersion: 1\n`);
    const config = { model_type: "own", model_file: "model.py", vocab_size: 1 };
    write("model/config.json", JSON.stringify(config));
    write("model/model.py", "raise RuntimeError('the code of the model ran')\n");
    const request = { id: 1, op: "load", directory: join(top, "model"), ...trust };
    const child = spawn("python3", [RUNNER], {
      env: { PATH: process.env["PATH"], PYTHONPATH: top },
      stdio: ["pipe", "pipe", "inherit"],
    });
    // The end of its input would cancel the request.
    child.stdin.write(`${JSON.stringify(request)}\n`);
    for await (const line of createInterface({ input: child.stdout })) {
      const answer = JSON.parse(line) as Record<string, unknown>;
      if (answer["id"] !== 1) continue;
      child.stdin.end();
      return answer;
    }
    throw new Error("it ended without an answer");
  } finally {
    rmSync(top, { recursive: true });
  }
}

for (const version of ["0.31", "0.32"] as const) {
  test(
    `the runner over mlx-lm ${version} runs code of a model only when it is trusted`,
    { skip },
    async () => {
      for (const trust of [{}, { trustModelCode: false }]) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const refused = await answerOf(version, trust);
        assert.equal(refused["kind"], "cannot-load");
        assert.match(String(refused["message"]), /model_file names code.*not trusted/);
      }
      const { message } = await answerOf(version, { trustModelCode: true });
      assert.match(String(message), /the code of the model ran/);
    },
  );
}
