import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { ModelError } from "../errors.ts";
import { DIRECTORY, ROOT, runScripted as run } from "./scripted_run.ts";

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

test("a misspelt command or option gets a suggestion", async () => {
  const command = await run("downlaod org/name");
  assert.equal(command.exitCode, 2);
  assert.match(command.stderr, /\(Did you mean download\?\)/);
  const option = await run("download org/name --ofline");
  assert.equal(option.exitCode, 2);
  assert.match(option.stderr, /\(Did you mean --offline\?\)/);
});

test("a misuse repeats no password and no token", async () => {
  for (const url of [
    "http://user:hunter2@",
    "http://user:hunter2@[::1",
    "user:hunter2@host",
    "https://user:hunter2@ host/",
    "http://user:hunter2@host:99999/",
  ]) {
    for (const option of [["--endpoint", url], [`--endpoint=${url}`], [`--endpont=${url}`]]) {
      const { exitCode, stderr } = await run(["download", "org/name", ...option]);
      assert.equal(exitCode, 2, stderr);
      assert.doesNotMatch(stderr, /hunter2/);
    }
  }
  const { stderr } = await run("download org/name --tokn=hf_secret");
  assert.match(stderr, /unknown option '--tokn'/);
});

test("of several models one that failed decides how the command ends, whichever it is", async () => {
  for (const failing of ["org/first", "org/second"]) {
    const { exitCode, stdout } = await run("download org/first org/second --quiet", {
      download: async ({ repository }) => {
        if (repository === failing) throw new ModelError("repository-not-found", "Cannot find it");
        return { directory: DIRECTORY, commit: "", files: [], bytesFetched: 0, offline: false };
      },
    });
    assert.equal(exitCode, 1, failing);
    assert.equal(stdout, `${DIRECTORY}\n`, "the other one is downloaded");
  }
});

/** How the examples end of commands that the scripted manager has no part in; the directories of `roots` are not there. */
const ENDS: Readonly<Record<string, readonly number[]>> = {
  completions: [0],
  doctor: [0],
  roots: [0, 2],
};

test("every help ends with examples that the command takes", async () => {
  const names = [""];
  for (const name of names) {
    const { exitCode, stdout, stderr } = await run(`${name} --help`);
    assert.deepEqual([exitCode, stderr], [0, ""], name);
    if (name === "")
      names.push(...[...stdout.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, at]) => at ?? ""));
    const examples = [...stdout.matchAll(/^ {2}mlx-layout (.*)$/gm)].map(([, line]) => line ?? "");
    assert.ok(examples.length > 0, `"${name}" has no example`);
    for (const line of examples) {
      assert.ok(line.startsWith(name), line);
      const args = [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
      // The scripted manager fails whatever it is asked; a misuse never asks it, and some commands need none.
      const config = { root: ROOT, env: { HOME: "/home/me" } };
      const { exitCode: taken, stderr: said } = await run(args, {}, { config });
      assert.ok((ENDS[name] ?? [1]).includes(taken), `${line}: ${taken}: ${said}`);
      assert.doesNotMatch(said, /^error: /m, line);
    }
  }
  assert.ok(names.length > 11, names.join());
});

test("--help and --version print and succeed", async () => {
  const help = await run("--help");
  assert.equal(help.exitCode, 0);
  const commands =
    "download list path status verify check plan run bench remove migrate completions";
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
