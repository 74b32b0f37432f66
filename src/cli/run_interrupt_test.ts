import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { tinyLlama } from "../../harness/models/mod.ts";
import { nodeHost } from "../node_host.ts";

const COMMAND = fileURLToPath(new URL("./main.ts", import.meta.url));
const FAULTY = fileURLToPath(new URL("../../harness/runners/faulty_runner.mjs", import.meta.url));

const skip =
  (process.platform === "win32" && "there are no signals of this kind") ||
  // Deno's node:child_process tells the signal that was sent, whatever the process ended with.
  (process.versions["deno"] !== undefined && "Deno does not tell how the process ended");

for (const [signal, exitCode] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(
    `${signal} ends a run with ${exitCode} and leaves no runner`,
    { skip, timeout: 120_000 },
    async () => {
      const place = await mkdtemp(join(tmpdir(), "mlx-layout-interrupt-"));
      try {
        const model = join(place, "model");
        for (const { path, bytes } of tinyLlama().files) {
          await mkdir(dirname(join(model, path)), { recursive: true });
          await writeFile(join(model, path), bytes);
        }
        // Stands in for a Python: whatever it is to run, it is a slow runner.
        const python = join(place, "python");
        await writeFile(python, `#!/bin/sh\nexec "${process.execPath}" "${FAULTY}" slow\n`);
        await chmod(python, 0o755);
        const pids = join(place, "pids");
        const args = [
          "run",
          model,
          "--prompt",
          "x",
          "--max-tokens",
          "9999",
          "--runner",
          "mlx-lm",
          "--json",
        ];
        const child = spawn(process.execPath, [...process.execArgv, COMMAND, ...args], {
          env: { ...process.env, MLX_LAYOUT_PYTHON: python, PIDS: pids },
          stdio: ["ignore", "pipe", "ignore"],
        });
        const exited = once(child, "exit");
        const lines: string[] = [];
        for await (const line of createInterface({ input: child.stdout })) {
          lines.push(line);
          if (lines.length === 3) child.kill(signal);
        }
        assert.deepEqual(await exited, [exitCode, null]);
        assert.match(lines[0] ?? "", /"event":"token"/);
        assert.match(lines.at(-1) ?? "", /"event":"error","code":"cancelled"/);
        const { processes, clock } = nodeHost();
        const runner = Number(await readFile(pids, "utf8"));
        for (let tries = 0; tries < 100 && processes.isAlive(runner); tries++)
          await clock.sleep(20);
        assert.equal(processes.isAlive(runner), false);
      } finally {
        await rm(place, { recursive: true, force: true });
      }
    },
  );
}
