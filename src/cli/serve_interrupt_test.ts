import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("./main.ts", import.meta.url));
const skip = process.platform === "win32" && "there are no signals of this kind";

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
