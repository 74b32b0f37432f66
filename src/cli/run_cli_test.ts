import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { ROOT, runScripted as run } from "./scripted_run.ts";

test("no command is a misuse that shows the help", async () => {
  const { exitCode, stdout, stderr } = await run("");
  assert.equal(exitCode, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /Usage: mlx-layout/);
});

test("an unknown command is a misuse", async () => {
  const { exitCode, stderr } = await run("frobnicate");
  assert.equal(exitCode, 2);
  assert.match(stderr, /unknown command 'frobnicate'/);
});

test("--help and --version print and succeed", async () => {
  const help = await run("--help");
  assert.equal(help.exitCode, 0);
  const commands = "download list path status verify check plan run bench remove migrate";
  for (const command of commands.split(" ")) {
    assert.match(help.stdout, new RegExp(`^  ${command} `, "m"));
  }
  assert.match(help.stdout, /MLX_LAYOUT_ROOT/);
  const version = await run("--version");
  assert.equal(version.exitCode, 0);
  assert.equal(version.stdout, "1.2.3\n");
});

test("the root is that of --root, else of MLX_LAYOUT_ROOT, else the default", async () => {
  const list = async () => [];
  const config = { root: ROOT, env: { MLX_LAYOUT_ROOT: "~/elsewhere", HOME: resolve("/home") } };
  assert.equal((await run("list --root ~/here", { list }, { config })).root, resolve("/home/here"));
  assert.equal((await run("list", { list }, { config })).root, resolve("/home/elsewhere"));
  assert.equal((await run("list", { list })).root, ROOT);
});
