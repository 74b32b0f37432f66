import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { listenHttp } from "../../node/http_listener.ts";
import { nodeHost } from "../../node_host.ts";
import { SharedModelManager } from "../../shared_model_manager.ts";
import { runCli } from "../run_cli.ts";
import { assertOutput } from "../scripted_run.ts";

const place = await realpath(await mkdtemp(join(tmpdir(), "mlx-layout-roots-")));
after(() => rm(place, { recursive: true, force: true }));
const disk = join(place, "disk");

async function type(...words: readonly string[]) {
  const written = { stdout: "", stderr: "" };
  const exitCode = await runCli(words, {
    openHost: () => ({ ...nodeHost(), fetch: () => Promise.reject(new Error("no network")) }),
    config: { root: join(place, "Models"), env: { HOME: place } },
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    isTerminal: false,
    signal: new AbortController().signal,
    version: "1.2.3",
    listen: listenHttp,
    createManager: (host, config) =>
      new SharedModelManager(host, config, { retry: { attemptsMax: 1 } }),
  });
  if (words.includes("--json")) assertOutput(written.stdout);
  return { exitCode, ...written };
}

test("models of an added directory are found, and unknown while its volume is away or another", async () => {
  const model = join(disk, "models", "org", "name");
  await mkdir(model, { recursive: true });
  await writeFile(join(model, "config.json"), "{}");
  await writeFile(join(model, "model.safetensors"), "x");
  assert.equal((await type("roots", "add", disk)).exitCode, 0);
  assert.match((await type("list")).stdout, /^org\/name /m);
  assert.equal((await type("path", "org/name")).stdout, `${model}\n`);

  await rename(disk, join(place, "drawer"));
  const gone = await type("list");
  assert.match(gone.stderr, /^Unknown: the models in ~\/disk: its volume is not there/m);
  assert.equal((await type("roots")).stdout.includes("unknown: its volume is not there"), true);
  const status = await type("status", "org/name", "--root", disk);
  assert.match(status.stdout, /^org\/name: unknown: its volume/);
  for (const words of [
    ["download", "org/name"],
    ["remove", "org/name"],
  ]) {
    const { exitCode, stderr } = await type(...words, "--root", disk);
    assert.equal(exitCode, 1, stderr);
  }
  assert.deepEqual((await readdir(place)).includes("disk"), false);

  // Another disk is mounted there.
  await mkdir(disk);
  const { exitCode, stderr } = await type("download", "org/name", "--root", disk);
  assert.equal(exitCode, 1);
  assert.match(stderr, /another volume is in the place/);
  assert.deepEqual(await readdir(disk), []);
  await rm(disk, { recursive: true });
  await rename(join(place, "drawer"), disk);
  assert.match((await type("list")).stdout, /^org\/name /m);
});

test("nothing is changed in a directory that was added to be read only", async () => {
  const library = join(place, "library");
  const model = join(library, "models", "org", "kept");
  await mkdir(model, { recursive: true });
  await writeFile(join(model, "config.json"), "{}");
  await writeFile(join(model, "model.safetensors"), "x");
  await type("roots", "add", library, "--read-only");
  assert.deepEqual(await readdir(library), ["models"]);
  assert.match((await type("list")).stdout, /^org\/kept /m);
  for (const words of [
    ["remove", model, "-y"],
    ["remove", "org/kept", "--root", library, "-y"],
    ["download", "org/kept", "--root", library],
  ]) {
    const { exitCode, stderr } = await type(...words);
    assert.equal(exitCode, 1, words.join(" "));
    assert.match(stderr, /read only/);
  }
  assert.equal((await readdir(model)).length, 2);
  const { stdout } = await type("roots", "--json");
  assert.equal((JSON.parse(stdout) as { roots: object[] }).roots.length, 2);
  await type("roots", "remove", library);
  assert.doesNotMatch((await type("list")).stdout, /org\/kept/);
});

test("a directory that is not there is not added, and a spoiled list of them is told", async () => {
  const missing = await type("roots", "add", join(place, "nowhere"));
  assert.equal(missing.exitCode, 2);
  assert.match(missing.stderr, /there is no such directory now/);
  await writeFile(join(place, ".config", "mlx-layout", "roots.json"), "[]");
  const { exitCode, stderr } = await type("list");
  assert.equal(exitCode, 2);
  assert.match(stderr, /Cannot read the roots in .*roots\.json/);
});
