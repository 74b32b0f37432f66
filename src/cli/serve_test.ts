import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { ListedModel } from "../../spec/mod.ts";
import { placeAt } from "../layout/model_place.ts";
import type { Listen, ListenOptions } from "../node/http_listener.ts";
import type { ModelCopy } from "../serve/copy_record.ts";
import type { ServeOptions } from "../serve/hub_server.ts";
import type { CliEnvironment } from "./cli_environment.ts";
import { ROOT, runScripted as run } from "./scripted_run.ts";

const CACHED = `/c/models--org--cached/snapshots/${"a".repeat(40)}`;

function copy(directory: string, state: ListedModel["state"]): ModelCopy {
  const listed = {
    directory,
    layout: "hubapi",
    repository: "org/name",
    modelId: "org--name",
    state,
    misplaced: undefined,
    sizeBytes: 1_000_000,
    commit: "b".repeat(40),
  } as const;
  return { listed, place: placeAt("/", directory) };
}

/** Runs `serve` over a listener that ends at once. */
async function serve(line: string, options: Partial<CliEnvironment> = {}) {
  const asked: ServeOptions[] = [];
  const listens: ListenOptions[] = [];
  const listen: Listen = async (_, listenOptions) => {
    listens.push(listenOptions);
    const { host, port } = listenOptions;
    listenOptions.onEnd?.({
      client: "10.0.0.2",
      method: "GET",
      target: "/x\u001b",
      status: 206,
      bytesSent: 5000,
      durationMs: 12,
    });
    return { origin: `http://${host}:${port}`, ended: Promise.resolve() };
  };
  const result = await run(
    `serve ${line}`,
    {
      serve: async (serveOptions) => {
        asked.push(serveOptions);
        return {
          answer: () => Promise.reject(new Error("nothing is asked")),
          copies: async () => [
            copy("/m/whole", "complete"),
            copy(CACHED, "unknown"),
            copy("/m/unrecorded", "unknown"),
          ],
        };
      },
    },
    { listen, ...options },
  );
  return { ...result, asked: asked[0], listens: listens[0] };
}

test("serve listens on the loopback, and says what is offered and what is not", async () => {
  const { exitCode, stdout, stderr, asked, listens } = await serve("");
  assert.equal(exitCode, 0);
  assert.equal(
    stdout,
    "Serving 2 copies of models (2.00 MB) at http://127.0.0.1:8017; Ctrl-C ends it\n",
  );
  assert.match(stderr, /^Read and verified when first asked for, .*: 1$/m);
  assert.match(stderr, /^Not offered, .*: 1; --unverified offers them/m);
  assert.deepEqual(
    [asked?.places, asked?.unverified, asked?.isLoopback, asked?.token],
    ["all", false, true, undefined],
  );
  assert.deepEqual([listens?.host, listens?.port], ["127.0.0.1", 8017]);
  assert.doesNotMatch(stderr, /Warning|10\.0\.0\.2/);
});

test("serve warns where others can connect without a token, and logs each request where asked to", async () => {
  const open = await serve("--host 0.0.0.0 --port 0 --log --unverified");
  assert.match(open.stderr, /^mlx-layout: Warning: whoever reaches .* no token is asked for/m);
  assert.match(open.stderr, /^10\.0\.0\.2 GET \/x\\u\{1b\} 206 5\.00 kB 12 ms$/m);
  assert.deepEqual([open.asked?.isLoopback, open.asked?.unverified], [false, true]);
  assert.match(open.stdout, /^Serving 3 copies/);
  const env = { MLX_LAYOUT_SERVE_TOKEN: "from-the-environment" };
  const closed = await serve("--host 0.0.0.0", { config: { root: ROOT, env } });
  assert.equal(closed.asked?.token, "from-the-environment");
  assert.doesNotMatch(closed.stderr, /Warning/);
});

test("serve takes the token of a file, and refuses one that is no secret", async () => {
  const place = await mkdtemp(join(tmpdir(), "mlx-layout-token-"));
  try {
    const file = join(place, "token");
    await writeFile(file, "  0123456789abcdef\n");
    assert.equal((await serve(`--token-file ${file}`)).asked?.token, "0123456789abcdef");
    for (const text of ["", "short", "two words of it"]) {
      await writeFile(file, text);
      const { exitCode, stderr } = await serve(`--token-file ${file}`);
      assert.equal(exitCode, 2, text);
      assert.match(stderr, /at least 8 printable characters/);
    }
    const absent = await serve(`--token-file ${join(place, "none")}`);
    assert.match(absent.stderr, /is not a file; write one with "openssl rand -hex 24 > /);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
});

test("serve --root offers that root alone, --json names each copy, and a bad port is a misuse", async () => {
  const { asked, stdout } = await serve("--root /m --json");
  assert.equal(asked?.places, "root");
  const { event, address, models } = JSON.parse(stdout) as {
    event: string;
    address: string;
    models: readonly { isVerified: boolean }[];
  };
  assert.deepEqual([event, address], ["serving", "http://127.0.0.1:8017"]);
  assert.deepEqual(
    models.map(({ isVerified }) => isVerified),
    [true, false],
  );
  for (const port of ["65536", "-1", "http"])
    assert.equal((await serve(`--port ${port}`)).exitCode, 2, port);
  const refuse =
    (code: string): Listen =>
    () =>
      Promise.reject(Object.assign(new Error("listen"), { code }));
  const taken = await serve("", { listen: refuse("EADDRINUSE") });
  assert.equal(taken.exitCode, 2);
  assert.match(taken.stderr, /port 8017: the port is taken; choose another one with --port/);
  const other = await serve("", { listen: refuse("EADDRNOTAVAIL") });
  assert.match(other.stderr, /this machine does not have that address; .* --host/);
});

const COMMAND = fileURLToPath(new URL("./main.ts", import.meta.url));
const skip =
  (process.platform === "win32" && "there are no signals of this kind") ||
  // Deno's node:child_process tells the signal that was sent, whatever the process ended with.
  (process.versions["deno"] !== undefined && "Deno does not tell how the process ended");

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(
    `${signal} ends serve with 0, with a connection open`,
    { skip, timeout: 60_000 },
    async () => {
      const home = await mkdtemp(join(tmpdir(), "mlx-layout-serve-end-"));
      try {
        const child = spawn(
          process.execPath,
          [...process.execArgv, COMMAND, "serve", "--port", "0", "--json"],
          {
            env: { PATH: process.env["PATH"] ?? "", HOME: home },
            stdio: ["ignore", "pipe", "pipe"],
          },
        );
        const exited = once(child, "exit");
        const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
        const { address } = JSON.parse(line) as { address: string };
        const absent = await fetch(`${address}/api/models/org/none`);
        assert.deepEqual(
          [absent.status, absent.headers.get("x-error-code")],
          [404, "RepoNotFound"],
        );
        const open = createConnection(Number(new URL(address).port), "127.0.0.1");
        await once(open, "connect");
        child.kill(signal);
        assert.deepEqual(await exited, [0, null]);
        open.destroy();
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    },
  );
}
