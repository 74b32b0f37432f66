import assert from "node:assert/strict";
import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { askServer, writeBytes, writeForeignSnapshot } from "../../harness/internal.ts";
import { type ServedHub, serveHub, SimulatedHub, tinyLlama } from "../../harness/mod.ts";
import type { FileSystem } from "../../spec/mod.ts";
import { nodeHost } from "../node_host.ts";
import { SharedModelManager } from "../shared_model_manager.ts";
import type { ServeOptions } from "./hub_server.ts";

const ID = "mlx-community/Tested-4bit";
const INFO = `/api/models/${ID}`;
const MODEL = tinyLlama({ seed: 2, nested: true }).files;
const LATER = tinyLlama({ seed: 3, nested: true }).files;

const hub = new SimulatedHub({ now: () => Date.now() });
let served: ServedHub;
const places: string[] = [];
before(async () => {
  served = await serveHub(hub);
});
after(async () => {
  await served.close();
  for (const place of places) await rm(place, { recursive: true, force: true });
});

/** A disk that tells how much is read of it. */
function countingFiles(files: FileSystem, onRead: (bytes: number) => void): FileSystem {
  return {
    ...files,
    open: async (path, mode) => {
      const file = await files.open(path, mode);
      return {
        ...file,
        read: async (into, at) => {
          const count = await file.read(into, at);
          onRead(count);
          return count;
        },
      };
    },
  };
}

/** A machine with a clock that a test moves, and a server on it. */
async function machine(options: ServeOptions = {}, onRead?: (bytes: number) => void) {
  const home = await mkdtemp(join(tmpdir(), "mlx-layout-hub-server-"));
  places.push(home);
  let nowMs = 0;
  const host = nodeHost();
  const manager = new SharedModelManager(
    {
      ...host,
      ...(onRead && { files: countingFiles(host.files, onRead) }),
      clock: { ...host.clock, elapsedMs: () => nowMs },
    },
    { root: join(home, "Models"), env: { HOME: home, HF_ENDPOINT: served.endpoint } },
  );
  const server = await manager.serve(options);
  const ask = async (target: string, more: Partial<Parameters<typeof askServer>[1]> = {}) => {
    const { status, headers, bytes } = await askServer(server, { target, ...more });
    const text = Buffer.from(bytes).toString("utf8");
    const json: unknown =
      headers.get("content-type")?.includes("json") === true && text !== ""
        ? JSON.parse(text)
        : undefined;
    return { status, headers, bytes, json };
  };
  return { home, manager, ask, wait: (ms: number) => (nowMs += ms) };
}

test("what is downloaded while models are served is offered, and so is its update", async () => {
  hub.publish(ID, MODEL, { tags: ["mlx"] });
  const { manager, ask, wait } = await machine();
  assert.equal((await ask(INFO)).status, 404);
  const { commit } = await manager.download({ repository: ID });
  assert.equal((await ask(INFO)).status, 404, "it is looked for every two seconds");
  wait(2_000);
  const info = await ask(INFO);
  assert.equal(info.status, 200);
  const { sha, tags, siblings } = info.json as { sha: string; tags: string[]; siblings: object[] };
  assert.deepEqual([sha, tags], [commit, ["mlx"]]);
  assert.ok(siblings.length > 3);
  hub.publish(ID, LATER, { tags: ["mlx"] });
  const later = await manager.download({ repository: ID });
  assert.notEqual(later.commit, commit);
  const { json } = await ask(INFO);
  assert.equal((json as { sha: string }).sha, later.commit);
  const { headers } = await ask(`${INFO}/revision/${commit}`);
  assert.equal(headers.get("x-error-code"), "RevisionNotFound");
  assert.match(headers.get("x-error-message") ?? "", new RegExp(`${commit}.*${later.commit}`));
});

test("a copy that may not be offered is read once, until it looks otherwise", async () => {
  hub.publish(ID, MODEL, { tags: ["mlx"] });
  let bytesRead = 0;
  const { manager, ask, wait, home } = await machine({}, (bytes) => (bytesRead += bytes));
  const { directory } = await manager.download({ repository: ID, layout: "hf-cache" });
  // As another client's: nothing vouches for it but its listing.
  await rm(join(directory, ".downloaded"));
  const weights = await realpath(join(directory, "model.safetensors"));
  const right = await readFile(weights);
  const wrong = Buffer.from(right);
  wrong.writeUInt8((wrong.at(-1) ?? 0) ^ 1, wrong.length - 1);
  await writeFile(weights, wrong);
  wait(2_000);
  assert.equal((await ask(INFO)).status, 404);
  const once = bytesRead;
  wait(2_000);
  assert.equal((await ask(INFO)).status, 404);
  assert.ok(
    bytesRead - once < wrong.length,
    `${bytesRead - once} bytes were read again in ${home}`,
  );
  await writeFile(weights, right);
  wait(2_000);
  assert.equal((await ask(INFO)).status, 200);
});

test("folders, pages, dates and single paths are listed as the hub lists them", async () => {
  hub.publish(ID, MODEL, { tags: ["mlx"] });
  const { manager, ask } = await machine();
  await manager.download({ repository: ID });
  const paths = (value: unknown) => (value as { path: string }[]).map(({ path }) => path);
  const top = await ask(`${INFO}/tree/main`);
  assert.ok(paths(top.json).every((path) => !path.includes("/")));
  const folder = paths((await ask(`${INFO}/tree/main?recursive=1`)).json)
    .find((path) => path.includes("/"))
    ?.split("/")[0];
  assert.ok(folder !== undefined && paths(top.json).includes(folder));
  const below = await ask(`${INFO}/tree/main/${folder}?recursive=true&limit=1`);
  assert.deepEqual(
    paths(below.json).map((path) => path.split("/")[0]),
    [folder],
  );
  const page = await ask(`${INFO}/tree/main?limit=1&expand=true`);
  const link = page.headers.get("link") ?? "";
  assert.match(link, /^<http:\/\/models\.test\/api\/models\/.*cursor=1.*>; rel="next"$/);
  assert.match(JSON.stringify(page.json), /"lastCommit":\{"id":"[0-9a-f]{40}"/);
  const odd = await ask(`${INFO}/tree/main?limit=1`, { headers: { host: "<evil>" } });
  assert.match(odd.headers.get("link") ?? "", /^<\/api\/models\//);
  for (const query of ["cursor=x", "cursor=-1"])
    assert.equal((await ask(`${INFO}/tree/main?${query}`)).status, 400);
  assert.equal((await ask(`${INFO}/tree/main/none`)).headers.get("x-error-code"), "EntryNotFound");
  const asked = JSON.stringify({ paths: ["config.json", "none"], expand: false });
  const form = new URLSearchParams([["paths", "config.json"]]).toString();
  for (const [body, type] of [
    [asked, "application/json"],
    [asked, "Application/JSON; charset=utf-8"],
    [form, "application/x-www-form-urlencoded"],
  ] as const) {
    const post = { method: "POST", body, headers: { "content-type": type } };
    assert.deepEqual(paths((await ask(`${INFO}/paths-info/main`, post)).json), ["config.json"]);
  }
  const wrong = { method: "POST", body: "{", headers: { "content-type": "application/json" } };
  assert.equal((await ask(`${INFO}/paths-info/main`, wrong)).status, 400);
  const blobs = await ask(`${INFO}?blobs=true`);
  assert.match(
    JSON.stringify(blobs.json),
    /"blobId":"[0-9a-f]{40}","lfs":\{"sha256":"[0-9a-f]{64}"/,
  );
});

test("other methods, malformed and overlong addresses, and other hosts are refused", async () => {
  hub.publish(ID, MODEL, { tags: ["mlx"] });
  const { manager, ask } = await machine({ isLoopback: true });
  await manager.download({ repository: ID });
  const headers = { host: "localhost:8017" };
  const status = async (target: string, more = {}) =>
    (await ask(target, { headers, ...more })).status;
  assert.equal(await status(INFO), 200);
  assert.equal(await status(INFO, { headers: { host: "[::1]:1" } }), 200);
  assert.equal(await status(INFO, { headers: { host: "evil.example" } }), 421);
  assert.equal(await status(INFO, { method: "DELETE" }), 405);
  assert.equal(await status(`${INFO}/paths-info/main`), 405);
  assert.equal(await status(`/${ID}/resolve/main/%zz`), 400);
  assert.equal(await status(`/${"x".repeat(9000)}`), 414);
  assert.equal(await status("/"), 404);
});

test("an unrecorded copy is offered where its user says so, with one commit for the same files", async () => {
  const { files } = nodeHost();
  const open = await machine({ unverified: true });
  const closed = await machine();
  const twin = await machine({ unverified: true });
  for (const { home } of [open, closed, twin])
    for (const { path, bytes } of MODEL)
      await writeBytes(files, join(home, ".lmstudio/models", ID, path), bytes);
  assert.equal((await closed.ask(INFO)).status, 404);
  const [one, other] = [await open.ask(INFO), await twin.ask(INFO)];
  const commitOf = ({ json }: typeof one) => (json as { sha: string }).sha;
  assert.match(commitOf(one), /^[0-9a-f]{40}$/);
  assert.equal(commitOf(one), commitOf(other));
  const place = join(open.home, ".lmstudio/models", ID);
  await writeFile(join(place, "config.json"), "{} ");
  assert.notEqual(commitOf(await open.ask(INFO)), commitOf(other));
  await rm(join(place, "model.safetensors"));
  assert.equal((await open.ask(INFO)).status, 404);
});

test("a snapshot without a listing is offered by the names of its contents, and not where a shard or a name is missing", async () => {
  const sharded = tinyLlama({ seed: 4, shards: 2 }).files;
  const write = async (home: string, more: { files?: typeof sharded; isCopied?: boolean }) => {
    const { files = sharded, isCopied = false } = more;
    return writeForeignSnapshot(nodeHost().files, join(home, ".cache/huggingface/hub"), {
      repository: ID,
      commit: "c".repeat(40),
      revision: "main",
      files,
      hasListing: false,
      isShared: false,
      absent: [],
      isCopied,
    });
  };
  const whole = await machine();
  await write(whole.home, {});
  const head = await whole.ask(`/${ID}/resolve/main/config.json`, { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("x-repo-commit")], [200, "c".repeat(40)]);
  const half = await machine();
  await write(half.home, { files: sharded.filter(({ path }) => !path.includes("-00002-")) });
  assert.equal((await half.ask(INFO)).status, 404);
  const copied = await machine();
  await write(copied.home, { isCopied: true });
  assert.equal((await copied.ask(INFO)).status, 404);
  const linked = await machine();
  const directory = await write(linked.home, {});
  await rm(join(directory, "config.json"));
  await symlink("/etc/hostname", join(directory, "config.json"));
  assert.equal((await linked.ask(INFO)).status, 404);
});
