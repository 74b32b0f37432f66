import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const root = await mkdtemp(join(tmpdir(), "cli-"));
after(() => rm(root, { recursive: true, force: true }));

function start(...args: string[]) {
  return spawn(process.execPath, [MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: root,
      NODE_V8_COVERAGE: process.env["NODE_V8_COVERAGE"],
    },
  });
}

async function ended(child: ReturnType<typeof start>) {
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { exitCode: exitCode as number | null, stdout, stderr };
}

test("mlx-layout refuses an unknown option with exit code 2", async () => {
  const { exitCode, stdout, stderr } = await ended(start("list", "--unknown"));
  assert.equal(exitCode, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /unknown option '--unknown'/);
});

test("mlx-layout refuses a malformed id with exit code 2 and one line", async () => {
  const { exitCode, stdout, stderr } = await ended(start("download", "not-an-id", "--root", root));
  assert.equal(exitCode, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /^mlx-layout: .*"not-an-id".*\n$/);
});

test("mlx-layout --version is that of the package", async () => {
  const manifest = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  const { exitCode, stdout } = await ended(start("--version"));
  assert.equal(exitCode, 0);
  assert.match(manifest, new RegExp(`"version": "${stdout.trim()}"`));
});

test("mlx-layout list looks into ~/Documents/Models unless it is given another root", async () => {
  const models = join(root, "Documents", "Models");
  const { exitCode, stderr } = await ended(start("list"));
  assert.equal(exitCode, 0);
  assert.equal(stderr, `There are no models under ${models} or in any known store\n`);
  const other = await ended(start("list", "--root", root));
  assert.equal(other.exitCode, 0);
  assert.equal(other.stderr, `There are no models under ${root}\n`);
});

const NO_SIGNALS =
  (process.platform === "win32" && "Windows has no signals") ||
  // Deno's node:child_process tells the signal that was sent, whatever the process ended with.
  (process.versions["deno"] !== undefined && "Deno does not tell how the process ended");

for (const [signal, expected] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(
    `${signal} ends a download that waits for the hub with exit code ${expected}`,
    { skip: NO_SIGNALS },
    async () => {
      const asked = Promise.withResolvers<void>();
      const hub = createServer(() => asked.resolve()).listen(0, "127.0.0.1");
      await once(hub, "listening");
      const address = hub.address();
      assert.ok(address !== null && typeof address === "object");
      const endpoint = `http://127.0.0.1:${address.port}`;
      const child = start("download", "org/name", "--root", root, "--endpoint", endpoint);
      const ending = ended(child);
      await asked.promise;
      child.kill(signal);
      const { exitCode, stdout, stderr } = await ending;
      hub.closeAllConnections();
      hub.close();
      assert.equal(exitCode, expected);
      assert.equal(stdout, "");
      assert.match(stderr, /^mlx-layout: Interrupted.*retry the command.*\n$/);
    },
  );
}

test(
  "mlx-layout is quiet when its output is closed",
  { skip: process.platform === "win32" ? "Windows has no EPIPE" : false },
  async () => {
    const child = start("--help");
    child.stdout.destroy();
    const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, "close")]);
    assert.equal(exitCode, 141);
    assert.equal(stderr, "");
  },
);
