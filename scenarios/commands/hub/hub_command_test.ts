import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { tinyLlama } from "../../../harness/mod.ts";
import { findPython } from "../../../harness/subjects/find_python.ts";
import { captureConform } from "../capture_conform.ts";

/*
 * The hub as a user starts it, and clients that were written for the real one.
 */

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const CLI = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const PYTHON = findPython();
const SNAPSHOT =
  "import sys; from huggingface_hub import snapshot_download; print(snapshot_download(sys.argv[1], local_dir=sys.argv[2]))";

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "mlx-conform-hub-"));
});
after(() => rm(directory, { recursive: true, force: true }));

interface Served {
  /** What it printed first. */
  readonly greeting: string;
  readonly env: Record<string, string>;
  /** Ends it as Ctrl-C does, and returns what it printed. */
  stop(): Promise<{ readonly out: string; readonly err: string; readonly code: number | null }>;
}

async function serve(...args: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, [MAIN, "hub", ...args], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  const isJson = args.includes("json");
  for await (const line of createInterface({ input: child.stdout })) {
    out += `${line}\n`;
    if (isJson || line.startsWith("Ctrl-C")) break;
  }
  assert.notEqual(out, "", err);
  const greeting = out;
  // The reader of lines paused the stream.
  child.stdout.on("data", (chunk) => (out += String(chunk))).resume();
  return {
    greeting,
    env: environmentOf(greeting),
    stop: async () => {
      child.kill("SIGINT");
      await once(child, "close");
      return { out, err, code: (child as ChildProcess).exitCode };
    },
  };
}

/** The variables that the line to use sets. */
function environmentOf(greeting: string): Record<string, string> {
  if (greeting.startsWith("{")) return { HF_ENDPOINT: JSON.parse(greeting).endpoint };
  const words = /^(HF_ENDPOINT=.*) mlx-layout download /m.exec(greeting)?.[1]?.split(" ") ?? [];
  return Object.fromEntries(words.map((word) => word.split("=") as [string, string]));
}

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly out: string; readonly text: Buffer }> {
  const child = spawn(program, args, {
    env: { PATH: process.env["PATH"] ?? "", HOME: directory, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => (out += chunk.toString()));
  await once(child, "close");
  const text = Buffer.concat(chunks);
  return { code: child.exitCode, out: out + text.toString(), text };
}

/** Downloads by `mlx-layout`, as the line that is printed says. */
const download = (env: Readonly<Record<string, string>>, name: string, repository = "org/name") =>
  run(process.execPath, [CLI, "download", repository, "--root", join(directory, name)], env);

const GENERATED = tinyLlama({ seed: 0, shards: 2, extraFiles: true }).files;

function skipWithout(program: string): string | false {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return `${program} is not installed`;
  }
}

test("mlx-conform hub serves a generated model to mlx-layout by the line that it prints", async () => {
  const hub = await serve("--log");
  assert.match(
    hub.greeting,
    /^org\/name at http:\/\/127\.0\.0\.1:\d+: commit [0-9a-f]{40}, 12 files/,
  );
  const done = await download(hub.env, "generated");
  assert.equal(done.code, 0, done.out);
  for (const { path, bytes } of GENERATED.filter((file) => file.path.endsWith(".safetensors")))
    assert.ok((await readFile(join(directory, "generated/models/org/name", path))).equals(bytes));
  const { out, err, code } = await hub.stop();
  assert.equal(code, 0, err);
  assert.match(out, /^[\d:.]{12} {2}200 {2}GET {3}tree {5}\/api\/models\/org\/name\/tree\//m);
  assert.match(out, / {2}302 {2}GET {3}resolve {2}.*safetensors/);
  assert.match(err, /ended after \d\d requests\n/);
});

test("mlx-conform hub has the faults that are named, and says which request met one", async () => {
  const hub = await serve(
    "--fault",
    "cut atByte=100 how=rst kind=cdn",
    "--fault",
    "status status=503 kind=tree",
    "--log",
    "json",
  );
  const done = await download(hub.env, "faults");
  assert.equal(done.code, 0, done.out);
  const { out, err, code } = await hub.stop();
  assert.equal(code, 0, err);
  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(Object.keys(lines[0]), [
    "type",
    "endpoint",
    "cdn",
    "repository",
    "commit",
    "bytes",
  ]);
  const met = lines.filter(({ fault }) => fault !== undefined);
  assert.deepEqual(
    met.map(({ fault, status, bytesSent }) => `${fault} ${status} ${bytesSent}`).toSorted(),
    [`cut 200 100`, `status 503 ${met.find(({ fault }) => fault === "status").bytesSent}`],
  );
  assert.ok(lines.some(({ range }) => range === "bytes=100-"));
  assert.match(err, /cut 1 times, status 1 times/);
});

test("mlx-conform hub serves the bytes of a directory, links and folders too", async () => {
  const model = join(directory, "mine");
  await mkdir(join(model, "extra"), { recursive: true });
  await mkdir(join(model, ".cache/huggingface/download"), { recursive: true });
  await writeFile(join(model, ".cache/huggingface/download/x.metadata"), "no file of the model");
  for (const { path, bytes } of tinyLlama().files) await writeFile(join(model, path), bytes);
  await writeFile(join(directory, "elsewhere"), "a blob");
  await symlink(join(directory, "elsewhere"), join(model, "extra", "linked.json"));
  const hub = await serve("--model", "mine", "--repository", "me/mine");
  const done = await download(hub.env, "own", "me/mine");
  assert.equal(done.code, 0, done.out);
  const into = join(directory, "own/models/me/mine");
  assert.ok(
    (await readFile(join(into, "model.safetensors"))).equals(
      await readFile(join(model, "model.safetensors")),
    ),
  );
  assert.equal(await readFile(join(into, "extra/linked.json"), "utf8"), "a blob");
  const listed = await fetch(
    `${hub.env["HF_ENDPOINT"]}/api/models/me/mine/tree/main?recursive=true`,
  );
  assert.doesNotMatch(await listed.text(), /\.cache|metadata/);
  assert.equal((await hub.stop()).code, 0);
});

test("mlx-conform hub hides a repository from those without the token, and prints none", async () => {
  const hub = await serve("--token", "hf_mine", "--log");
  assert.deepEqual(Object.keys(hub.env), ["HF_ENDPOINT", "HF_TOKEN"]);
  const { HF_ENDPOINT = "" } = hub.env;
  const refused = await download({ HF_ENDPOINT }, "private");
  assert.equal(refused.code, 1, refused.out);
  const done = await download(hub.env, "private");
  assert.equal(done.code, 0, done.out);
  const { out } = await hub.stop();
  assert.match(out, /with a token/);
  assert.doesNotMatch(out.slice(hub.greeting.length), /hf_mine/);
});

test("mlx-conform hub keeps to a pace, at the port that is asked for", async () => {
  const { createServer } = await import("node:net");
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  const taken = await captureConform("hub", "--port", String(port));
  assert.equal(taken.exitCode, 2);
  assert.match(taken.err, /Cannot serve the hub: .*EADDRINUSE/);
  probe.close();
  await once(probe, "close");
  const hub = await serve("--slow", "2000", "--port", String(port));
  assert.equal(hub.env["HF_ENDPOINT"], `http://127.0.0.1:${port}`);
  const shard = GENERATED.find(({ path }) => path.startsWith("model-00001"));
  const begun = performance.now();
  await (
    await fetch(`http://127.0.0.1:${port}/org/name/resolve/main/${shard?.path}`)
  ).arrayBuffer();
  const seconds = (performance.now() - begun) / 1000;
  assert.ok(seconds > ((shard?.bytes.length ?? 0) / 2000) * 0.8, `${seconds} s`);
  await hub.stop();
});

test("mlx-conform hub listens on the loopback alone, unless it is told an address", async () => {
  const outer = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ internal, family }) => !internal && family === "IPv4");
  const hub = await serve();
  const { port } = new URL(hub.env["HF_ENDPOINT"] ?? "");
  if (outer !== undefined)
    await assert.rejects(
      fetch(`http://${outer.address}:${port}/`, { signal: AbortSignal.timeout(3000) }),
    );
  await hub.stop();
  const any = await captureConform("hub", "--host", "0.0.0.0");
  assert.equal(any.exitCode, 2);
  assert.match(any.err, /name the address by which clients reach this machine/);
  if (outer === undefined) return;
  const open = await serve("--host", outer.address);
  assert.equal(new URL(open.env["HF_ENDPOINT"] ?? "").hostname, outer.address);
  const done = await download(open.env, "open");
  assert.equal(done.code, 0, done.out);
  await open.stop();
});

test("mlx-conform hub lists the words of faults, and says what is wrong with one", async () => {
  const listed = await captureConform("hub", "--fault", "list");
  assert.equal(listed.exitCode, 0);
  assert.match(listed.out, /^cut atByte=1000 how=rst +the body ends/);
  for (const [words, why] of [
    [["--fault", "cutt"], /"cutt" is not a fault: expected one of cut/],
    [["--model", "absent"], /Cannot serve the model in "absent": ENOENT/],
    [["--repository", "name"], /Expected the name of a repository/],
    [["--port", "0"], /Expected a port/],
    [["--slow", "fast"], /Expected a positive integer/],
    [["--log", "xml"], /Allowed choices are lines, json/],
  ] as const) {
    const { exitCode, err } = await captureConform("hub", ...words);
    assert.equal(exitCode, 2, err);
    assert.match(err, why);
  }
});

test("curl downloads from mlx-conform hub", { skip: skipWithout("curl") }, async () => {
  const hub = await serve("--fault", "short byBytes=1 path=config.json");
  const url = `${hub.env["HF_ENDPOINT"]}/org/name/resolve/main/config.json`;
  const config = GENERATED.find(({ path }) => path === "config.json")?.bytes ?? new Uint8Array();
  const first = await run("curl", ["-sSfL", url], {});
  assert.equal(first.text.length, config.length - 1, first.out);
  const second = await run("curl", ["-sSfL", url], {});
  assert.ok(second.text.equals(config), second.out);
  await hub.stop();
});

test(
  "huggingface_hub downloads from mlx-conform hub",
  { skip: PYTHON === undefined ? "no Python with huggingface_hub" : false },
  async () => {
    const hub = await serve("--token", "hf_mine");
    const into = join(directory, "python");
    const done = await run(PYTHON ?? "", ["-c", SNAPSHOT, "org/name", into], {
      ...hub.env,
      HF_HOME: join(directory, "python-home"),
      HF_HUB_DISABLE_TELEMETRY: "1",
    });
    assert.equal(done.code, 0, done.out);
    for (const { path, bytes } of GENERATED)
      assert.ok((await readFile(join(into, path))).equals(bytes), path);
    const { code, err } = await hub.stop();
    assert.equal(code, 0, err);
  },
);
