import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runConform } from "./run_conform.ts";

async function conform(...args: string[]) {
  let out = "";
  let err = "";
  const exitCode = await runConform(args, {
    random: () => 0.5,
    jobs: 1,
    worker: fileURLToPath(new URL("./worker.ts", import.meta.url)),
    writeOut: (text) => (out += text),
    writeErr: (text) => (err += text),
  });
  return { exitCode, out, err };
}

const ONE_SCENARIO = ["--only", "manage/model_id_round_trip", "--world", "memory", "--runs", "20"];

test("mlx-conform runs when no command is named, as `run` does", async () => {
  for (const words of [[], ["run"]]) {
    const { exitCode, out } = await conform(...words, ...ONE_SCENARIO);
    assert.equal(exitCode, 0, out);
    assert.match(
      out,
      /\nconformant \(profiles core, offline, interop, durable, inference\): 1 scenario runs/,
    );
  }
});

test("mlx-conform says what is wrong with a command line and ends with 2", async () => {
  for (const [words, why] of [
    [["--wrold", "memory"], /unknown option '--wrold'/],
    [["--world", "paper"], /must be one of memory, disk/],
    [["--runs", "0"], /whole number from 1 on/],
    [["judge"], /too many arguments/],
    [["--only", "DL-NOTHING"], /neither a requirement nor a scenario/],
  ] as const) {
    const { exitCode, err } = await conform(...words);
    assert.equal(exitCode, 2, err);
    assert.match(err, why);
  }
});

test("mlx-conform shows its commands when asked for help", async () => {
  const { exitCode, out } = await conform("--help");
  assert.equal(exitCode, 0);
  assert.match(out, /\n {2}run /);
  const run = await conform("run", "--help");
  assert.match(run.out, /--seed <seed>/);
});
