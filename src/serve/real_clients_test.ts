import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readTree, type TreeEntry } from "../../harness/internal.ts";
import { serveHub, SimulatedHub, tinyLlama } from "../../harness/mod.ts";
import { findPython } from "../../harness/subjects/find_python.ts";
import { type HttpListener, listenHttp } from "../node/http_listener.ts";
import { nodeHost } from "../node_host.ts";
import { SharedModelManager } from "../shared_model_manager.ts";

/*
 * What is served is held against clients that were written for the real hub, and against this project's own downloader. Which
 * are not installed is said in the reason for which their test is skipped.
 */

const REPOSITORY = "mlx-community/Real-4bit";
const FILES = [
  ...tinyLlama({ shards: 2 }).files,
  { path: "1_Pooling/config.json", bytes: new TextEncoder().encode("{}"), lfs: false },
  { path: "odd é 1.json", bytes: new TextEncoder().encode("[]"), lfs: false },
].filter(({ path }) => /\.(?:json|safetensors|jinja)$/.test(path));
const TOKEN = "a-token-of-this-test";

const python = findPython();
const noPython =
  python === undefined &&
  "no Python with huggingface_hub: run npm run subjects, or set MLX_LAYOUT_PYTHON";
const curl = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "curl"))
  .find((path) => existsSync(path));
const noCurl = curl === undefined && "curl is not installed";
const hubJs = [
  process.env["MLX_LAYOUT_HUB_JS"] ?? "",
  fileURLToPath(new URL("../../.subjects/hub-js/node_modules/@huggingface/hub", import.meta.url)),
].find((path) => path !== "" && existsSync(path));
const noHubJs =
  hubJs === undefined &&
  "no @huggingface/hub: run npm run subjects, or name its directory in MLX_LAYOUT_HUB_JS";

const place = await mkdtemp(join(tmpdir(), "mlx-layout-serve-"));
const stop = new AbortController();
let listener: HttpListener;
let commit: string;
let tree: readonly TreeEntry[];
before(async () => {
  const hub = new SimulatedHub({ now: () => Date.now() });
  hub.publish(REPOSITORY, FILES, { tags: ["mlx"] });
  const served = await serveHub(hub);
  const manager = new SharedModelManager(nodeHost(), {
    root: join(place, "Models"),
    env: { HF_ENDPOINT: served.endpoint },
  });
  ({ commit } = await manager.download({ repository: REPOSITORY }));
  await served.close();
  tree = await readTree(nodeHost().files, join(place, "Models"));
  const server = await manager.serve({ isLoopback: true });
  const closed = await manager.serve({ token: TOKEN });
  listener = await listenHttp(
    ({ target, ...request }) =>
      target.startsWith("/closed/")
        ? closed.answer({ ...request, target: target.slice("/closed".length) })
        : server.answer({ ...request, target }),
    { host: "127.0.0.1", port: 0, signal: stop.signal },
  );
});
after(async () => {
  stop.abort();
  await listener.ended;
  await rm(place, { recursive: true, force: true });
});

/** Runs a client with the server as its hub, in a home of its own. */
async function run(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const home = await mkdtemp(join(place, "home-"));
  const child = spawn(program, args, {
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      HF_HOME: home,
      HF_ENDPOINT: listener.origin,
      HF_HUB_DISABLE_TELEMETRY: "1",
      HF_HUB_DISABLE_PROGRESS_BARS: "1",
      ...env,
    },
    timeout: 60_000,
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
}

/** Every file is in the directory, byte for byte; what a client keeps for itself is hidden. */
async function assertWhole(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true });
  const names: string[] = [];
  for (const name of entries.filter((one) => !one.startsWith("."))) {
    const bytes = await readFile(join(directory, name)).catch(() => undefined);
    const file = FILES.find(({ path }) => path === name);
    if (bytes === undefined) continue;
    names.push(name);
    assert.ok(file !== undefined && bytes.equals(file.bytes), `${name} has other bytes`);
  }
  assert.deepEqual(names.sort(), FILES.map(({ path }) => path).sort());
}

test("this project's downloader gets the model, complete and of the same commit", async () => {
  const root = join(place, "second");
  const manager = new SharedModelManager(nodeHost(), {
    root,
    env: { HF_ENDPOINT: listener.origin },
  });
  const got = await manager.download({ repository: REPOSITORY });
  assert.equal(got.commit, commit);
  await assertWhole(got.directory);
  const { state } = await manager.verify({ repository: REPOSITORY });
  assert.equal(state, "complete");
});

// The class of the error where there is one.
const SNAPSHOT = `
import sys
from huggingface_hub import snapshot_download, hf_hub_download, HfApi
repository, directory, token = sys.argv[1], sys.argv[2], sys.argv[3] or False
try:
    snapshot_download(repository, local_dir=directory, token=token)
    cached = snapshot_download(repository, token=token)
    info = HfApi().model_info(repository, files_metadata=True, token=token)
    print(cached, info.sha, len(info.siblings), sep="\\n", end="")
except Exception as error:
    print(type(error).__name__, end="")
`;

test(
  "huggingface_hub gets the model, into a directory and into its cache",
  { skip: noPython },
  async () => {
    const directory = join(place, "python");
    const { code, stdout, stderr } = await run(python ?? "", [
      "-c",
      SNAPSHOT,
      REPOSITORY,
      directory,
      "",
    ]);
    assert.equal(code, 0, stderr);
    const [cached = "", sha, siblings] = stdout.toString().split("\n");
    assert.equal(sha, commit, `${stdout.toString()}${stderr}`);
    assert.equal(Number(siblings), FILES.length);
    await assertWhole(directory);
    assert.ok(cached.endsWith(commit));
    await assertWhole(cached);
  },
);

test(
  "huggingface_hub names what is missing, and gets in with a token",
  { skip: noPython },
  async () => {
    const ask = async (repository: string, token: string, env = {}) => {
      const directory = join(place, `missing-${token.length}`);
      const done = await run(python ?? "", ["-c", SNAPSHOT, repository, directory, token], env);
      return done.stdout.toString();
    };
    assert.equal(await ask("mlx-community/None", ""), "RepositoryNotFoundError");
    const closed = { HF_ENDPOINT: `${listener.origin}/closed` };
    assert.match(await ask(REPOSITORY, "", closed), /Error$/);
    assert.match(await ask(REPOSITORY, TOKEN, closed), new RegExp(`\\n${commit}\\n`));
  },
);

const HUB_JS = `
import { readFileSync } from "node:fs";
const [entry, repo, hubUrl, cacheDir, accessToken] = process.argv.slice(1);
const { snapshotDownload } = await import(entry);
const token = accessToken === "" ? {} : { accessToken };
process.stdout.write(await snapshotDownload({ repo, hubUrl, cacheDir, ...token }));
`;

test("@huggingface/hub gets the model", { skip: noHubJs }, async () => {
  const { exports: entries } = JSON.parse(
    await readFile(join(hubJs ?? "", "package.json"), "utf8"),
  );
  const entry = pathToFileURL(join(hubJs ?? "", entries["."].import ?? entries["."])).href;
  const cache = join(place, "hub-js");
  await mkdir(cache);
  const args = ["--input-type=module", "-e", HUB_JS, entry, REPOSITORY, listener.origin, cache, ""];
  const { code, stdout, stderr } = await run(process.execPath, args);
  assert.equal(code, 0, stderr);
  // It prints what it does before.
  const directory = stdout.toString().split("\n").at(-1) ?? "";
  assert.ok(directory.endsWith(commit), directory);
  await assertWhole(directory);
});

test(
  "curl gets files, parts and the rest of a file, and is refused outside",
  { skip: noCurl },
  async () => {
    const weights = FILES.find(({ path }) => path.endsWith(".safetensors"));
    assert.ok(weights !== undefined);
    const url = (path: string) => `${listener.origin}/${REPOSITORY}/resolve/main/${path}`;
    const program = curl ?? "";
    const whole = await run(program, ["-sSf", url(weights.path)]);
    assert.ok(whole.stdout.equals(weights.bytes), whole.stderr);
    const part = await run(program, ["-sSf", "-r", "5-9", url(weights.path)]);
    assert.ok(part.stdout.equals(Buffer.from(weights.bytes.subarray(5, 10))), part.stderr);
    const target = join(place, "resumed");
    await writeFile(target, weights.bytes.subarray(0, 100));
    const resumed = await run(program, ["-sSf", "-C", "-", "-o", target, url(weights.path)]);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.ok((await readFile(target)).equals(weights.bytes));
    const head = await run(program, ["-sSfI", url(weights.path)]);
    const sha256 = createHash("sha256").update(weights.bytes).digest("hex");
    assert.match(head.stdout.toString(), new RegExp(`^ETag: "${sha256}"`, "im"));
    const status = async (path: string, ...more: readonly string[]) =>
      (
        await run(program, [
          "-sS",
          "--path-as-is",
          "-o",
          join(place, "x"),
          "-w",
          "%{http_code}",
          ...more,
          path,
        ])
      ).stdout.toString();
    assert.equal(await status(url(weights.path), "-r", "999999999-"), "416");
    for (const path of [
      "../../../../etc/passwd",
      "%2e%2e/%2e%2e/.downloaded",
      ".downloaded",
      "/etc/passwd",
    ])
      assert.equal(await status(url(path)), "404", path);
    assert.equal(await status(url("config.json"), "-H", "Host: evil.example"), "421");
  },
);

test("nothing was written where the model is served from", async () => {
  assert.deepEqual(await readTree(nodeHost().files, join(place, "Models")), tree);
});
