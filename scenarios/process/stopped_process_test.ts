/**
 * Real processes that stand still (SIGSTOP), or that do not see each other (PID namespaces), download one model.
 *
 * Invariants checked:
 * - Who waits says for which process, and takes over from one that stands still.
 * - What it made is intact when the other one goes on, and that one reports the finished model.
 * - Processes in two namespaces do not take each other's lock: each content is sent once.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import { contentBytes } from "../../harness/internal.ts";
import { type HubFile, serveHub, SimulatedHub } from "../../harness/hub/mod.ts";
import { tinyLlama } from "../../harness/models/mod.ts";
import { MARKER_NAME } from "../../spec/mod.ts";

const REPOSITORY = "mlx-community/Stopped-4bit";
const COMMAND = new URL("../../src/cli/main.ts", import.meta.url).pathname;
const BYTES = 2 * 1024 * 1024;

test(
  "a download that was stopped leaves alone what another one made, and reports it",
  { timeout: 180_000, skip: process.platform === "win32" ? "no SIGSTOP there" : false },
  async () => {
    await using place = await hubAndRoot();
    const stopped = place.start([]);
    await place.sent(BYTES / 4);
    stopped.child.kill("SIGSTOP");
    const other = place.start([]);
    assert.equal(await other.end, 0, other.output());
    assert.match(
      other.output(),
      new RegExp(`Waiting for a running download \\(process ${stopped.child.pid}\\b`),
    );
    await place.assertIntact();
    stopped.child.kill("SIGCONT");
    assert.equal(await stopped.end, 0, stopped.output());
    await place.assertIntact();
  },
);

test(
  "downloads in two PID namespaces do not take each other's lock",
  { timeout: 180_000 },
  async (t) => {
    const namespace = await ownNamespace();
    if (namespace === undefined) {
      t.skip("unshare may make no PID namespace here");
      return;
    }
    await using place = await hubAndRoot();
    const both = [place.start(namespace), place.start(namespace)];
    for (const { end, output } of both) assert.equal(await end, 0, output());
    await place.assertIntact();
    const total = place.files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    assert.ok(contentBytes(place.hub.log) <= total, `${contentBytes(place.hub.log)} of ${total}`);
  },
);

// Helpers

/** The command line before a program that is to see no other process; undefined where that is not permitted. */
async function ownNamespace(): Promise<readonly string[] | undefined> {
  for (const line of [
    ["unshare", "-p", "-f", "--kill-child"],
    ["unshare", "-r", "-p", "-f", "--kill-child"],
  ]) {
    const [command = "", ...args] = line;
    const run = promisify(execFile)(command, [...args, "true"]);
    if (
      await run.then(
        () => true,
        () => false,
      )
    )
      return line;
  }
  return undefined;
}

async function hubAndRoot() {
  const root = await mkdtemp(join(tmpdir(), "mlx-layout-stopped-"));
  const hub = new SimulatedHub({ now: () => Date.now() });
  const small = tinyLlama().files.filter(({ path }) => !path.endsWith(".safetensors"));
  const large = { path: "model.safetensors", bytes: randomBytes(BYTES), lfs: true };
  const files: HubFile[] = [...small, large];
  hub.publish(REPOSITORY, files, { tags: ["mlx"] });
  const served = await serveHub(hub, { bytesPerSecond: BYTES / 6 });
  const directory = join(root, "models", ...REPOSITORY.split("/"));
  const children: ChildProcess[] = [];
  return {
    hub,
    files,
    start: (before: readonly string[]) => {
      const line = [...before, process.execPath, ...process.execArgv, COMMAND];
      const [command, ...args] = [...line, "download", REPOSITORY, "--root", root];
      const child = spawn(command, args, {
        env: { ...process.env, HF_ENDPOINT: served.endpoint },
        stdio: ["ignore", "ignore", "pipe"],
      });
      children.push(child);
      let text = "";
      child.stderr.on("data", (chunk) => (text += String(chunk)));
      const end = once(child, "close").then(([code]) => code as number | null);
      return { child, end, output: () => text };
    },
    sent: async (bytes: number) => {
      while (contentBytes(hub.log) < bytes) await sleep(20);
    },
    assertIntact: async () => {
      for (const { path, bytes } of files.filter((file) =>
        /\.(?:json|safetensors)$/.test(file.path),
      ))
        assert.ok(
          bytes.length === 0 || (await readFile(join(directory, path))).equals(bytes),
          path,
        );
      await stat(join(directory, MARKER_NAME));
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL");
      await served.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
