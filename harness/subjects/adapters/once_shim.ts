/**
 * Lets a program that knows only the one-shot form of the protocol, such as a shell script, be judged like any other.
 *
 * `node once_shim.ts PROGRAM ARGUMENT…` runs `PROGRAM ARGUMENT… --once '<line>'` for the hello and for each operation and hands
 * its lines on. A cancel ends that process and what it started.
 *
 * @module
 */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { MessageToSubject } from "../message.ts";

/** Node gives its children back the signal that a limit on the size of files sends: they are to see the refused write. */
const UNSIGNALLED = ["sh", "-c", 'trap "" XFSZ; exec "$0" "$@"'];

const given = process.argv.slice(2);
const [program = "", ...programArguments] =
  process.platform === "win32" ? given : [...UNSIGNALLED, ...given];
const running = new Map<number, ChildProcessByStdio<null, Readable, null>>();
const cancelled = new Set<number>();

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line) as MessageToSubject;
  if (message.type !== "cancel") {
    runOnce(message.id, line);
    return;
  }
  cancelled.add(message.id);
  running.get(message.id)?.kill("SIGKILL");
});

function runOnce(id: number, line: string): void {
  const child = spawn(program, [...programArguments, "--once", line], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.set(id, child);
  let isAnswered = false;
  createInterface({ input: child.stdout }).on("line", (text) => {
    if (cancelled.has(id)) return;
    isAnswered ||= /"type":\s*"(result|hello)"/.test(text);
    process.stdout.write(`${text}\n`);
  });
  child.on("close", (code, signal) => {
    running.delete(id);
    if (isAnswered) return;
    const how = `It ended with ${signal ?? code}`;
    if (line.includes('"type":"hello"')) {
      process.stderr.write(`${how} and without a hello.\n`);
      process.exit(1);
    }
    const error = cancelled.has(id)
      ? { kind: "cancelled", message: "The harness cancelled." }
      : { kind: "internal", message: `${how} and without a result.` };
    process.stdout.write(`${JSON.stringify({ type: "result", id, error })}\n`);
  });
}
