import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChildProcess } from "../../spec/mod.ts";
import { nodePrograms } from "./node_programs.ts";

/** There are groups of processes everywhere else. */
const GROUPS = { skip: process.platform === "win32", timeout: 60_000 };
/** Starts a program that lives until it is ended and holds the pipes open, and says its number. */
const GRANDCHILD = `
  const { spawn } = require("node:child_process");
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
  child.once("spawn", () => process.stdout.write("started\\n"));
`;

test("what a program started does not outlive it, nor hold its pipes open", GROUPS, async () => {
  const child = await start(
    `${GRANDCHILD} process.stdin.once("end", () => process.exit(3)).resume();`,
  );
  const output = linesOf(child);
  assert.equal((await output.next()).value, "started\n");
  child.endInput();
  assert.deepEqual(await child.ended, { exitCode: 3, signal: undefined });
  // The grandchild has the same pipe, so that it ends only with both.
  assert.equal((await output.next()).done, true);
});

test("a program is ended with what it started", GROUPS, async () => {
  const child = await start(`${GRANDCHILD} setInterval(() => {}, 1000);`);
  const output = linesOf(child);
  await output.next();
  child.kill();
  assert.deepEqual(await child.ended, { exitCode: undefined, signal: "SIGKILL" });
  assert.equal((await output.next()).done, true);
  // Nobody else is ended, although its number may be given to another program by now.
  child.kill();
});

test("the memory of a program is that of all that it started", GROUPS, async () => {
  const alone = await start(`process.stdout.write("started\\n"); setInterval(() => {}, 1000);`);
  const both = await start(`${GRANDCHILD} setInterval(() => {}, 1000);`);
  try {
    await Promise.all([alone, both].map((child) => linesOf(child).next()));
    const [one = 0, two = 0] = await Promise.all([alone.memoryBytes(), both.memoryBytes()]);
    assert.ok(one > 0);
    assert.ok(two > 1.3 * one, `${two} bytes of two processes, ${one} of one`);
  } finally {
    alone.kill();
    both.kill();
  }
});

test("a program that is not there is an error with the code of the system", async () => {
  const starting = nodePrograms().spawn(["/no/such/program"], { env: {} });
  await assert.rejects(starting, { code: "ENOENT" });
});

test("to write to a program that has ended is an error of that write", GROUPS, async () => {
  const child = await start("process.exit(0)");
  await child.ended;
  await assert.rejects(async () => {
    // The first one may still find room in the pipe.
    for (let round = 0; round < 10; round++) await child.write("x".repeat(100_000));
  });
});

// Helpers

/** Starts a program of Node.js. */
async function start(code: string): Promise<ChildProcess> {
  return nodePrograms().spawn([process.execPath, "-e", code], { env: {} });
}

function linesOf(child: ChildProcess): AsyncIterator<string> {
  const decoder = new TextDecoder();
  return (async function* () {
    for await (const chunk of child.stdout) yield decoder.decode(chunk);
  })();
}
