import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { chmod, copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const HONEST = fileURLToPath(new URL("../../harness/subjects/honest/", import.meta.url));
const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const run = promisify(execFile);

/** Calls `mlx-conform` as a user does: from a directory of theirs, with their adapters in it. */
async function conform(...args: readonly string[]): Promise<{ code: number; text: string }> {
  const cwd = await mkdtemp(join(tmpdir(), "mlx-conform-caller-"));
  try {
    await copyFile(join(HONEST, "honest_node.mjs"), join(cwd, "adapter.mjs"));
    await copyFile(join(HONEST, "honest_shell.sh"), join(cwd, "adapter.sh"));
    await chmod(join(cwd, "adapter.sh"), 0o755);
    const command = [MAIN, ...args];
    const { stdout, stderr } = await run(process.execPath, command, { cwd });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

test("an adapter beside the caller is found by its relative path", async () => {
  const { code, text } = await conform("smoke", "--subject", "node adapter.mjs");
  assert.equal(code, 0, text);
  assert.match(text, /The adapter works/);
});

test("a script beside the caller is run anew for each line", async (context) => {
  try {
    for (const name of ["curl", "jq"]) execFileSync(name, ["--version"]);
  } catch {
    context.skip("no curl or no jq here");
    return;
  }
  const { code, text } = await conform("smoke", "--once", "--subject", "./adapter.sh");
  assert.equal(code, 0, text);
  assert.match(text, /The adapter works/);
});

test("what an adapter says of its own fault is shown", async () => {
  const { code, text } = await conform("run", "--subject", "node absent.mjs");
  assert.equal(code, 3, text);
  assert.match(text, /stderr: .*Cannot find module '.*absent\.mjs'/);
});
