/**
 * A runner that does one thing wrong, for tests of whoever must survive it: `node faulty_runner.mjs FAULT`.
 *
 * It needs nothing but Node. Each fault begins as an honest runner does; `PIDS` names a file to which the numbers of
 * its processes go, so that a test can look whether any of them is left.
 */
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

const fault = process.argv[2] ?? "none";
const MIB = "x".repeat(1024 * 1024 - 1);

note(process.pid);
if (fault === "with-a-child" || fault === "hang-with-a-child") {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    stdio: "inherit",
  });
  note(child.pid);
}
if (fault === "die-at-start") process.exit(3);
if (fault === "silent-at-start") setInterval(() => {}, 1000);
else if (fault === "nonsense-at-start") process.stdout.write("Loading model…\n");
else {
  const protocol = fault === "other-version" ? 2 : 1;
  const operations = ["load", "generate", "cancel", "unload", "download"];
  say({
    event: "hello",
    protocol,
    name: "faulty",
    version: "1",
    runtimes: {},
    device: "none",
    operations,
  });
}

let cancelled = -1;
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void answer(JSON.parse(line)));
lines.on("close", () => {
  if (fault !== "deaf-at-end") process.exit(0);
});
if (fault === "deaf-at-end") setInterval(() => {}, 1000);

async function answer(request) {
  const { id, op } = request;
  if (op === "cancel") cancelled = fault === "ignore-cancel" ? -1 : request.of;
  else if (op === "load") await load(id);
  else if (op === "generate") await generate(id, request);
  else if (op === "unload") say({ event: "unloaded", id });
  else if (fault === "flood-of-lines") {
    const line = JSON.stringify({ event: "progress", id, bytesDone: 1, bytesTotal: 2 });
    await flood(process.stdout, `${line}\n`.repeat(10_000));
  } else say({ event: "error", id, kind: "unsupported", message: `no ${op} here.` });
}

async function load(id) {
  if (fault === "die-at-load") process.kill(process.pid, "SIGKILL");
  else if (fault === "exit-0-at-load") process.exit(0);
  else if (fault === "exit-1-at-load") {
    process.stderr.write(
      "Traceback (most recent call last):\nRuntimeError: [metal] no memory left\n",
      () => process.exit(1),
    );
  } else if (fault === "hang-at-load" || fault === "hang-with-a-child") return;
  else if (fault === "refuse-to-load")
    say({ event: "error", id, kind: "cannot-load", message: "Missing 11 parameters:\na,\nb." });
  else if (fault === "flood-at-load") await flood(process.stdout, MIB);
  else if (fault === "complain-at-load") await flood(process.stderr, `${MIB}\n`);
  else if (fault === "nonsense-at-load") process.stdout.write('{"event":"loaded"\n');
  else if (fault === "no-json-at-load")
    process.stdout.write("Fetching 12 files: 100%|##########|\n");
  else if (fault === "wrong-message-at-load") say({ event: "unloaded", id });
  else if (fault === "wrong-id-at-load") say({ event: "unloaded", id: id + 100 });
  else if (fault === "half-message-at-load")
    process.stdout.write('{"event":"loa', () => process.exit(0));
  else if (fault === "close-output-at-load") {
    const { closeSync } = await import("node:fs");
    closeSync(1);
    setInterval(() => {}, 1000);
  } else {
    if (fault === "eat-memory-at-load") eatMemory();
    else
      say({
        event: "loaded",
        id,
        architecture: "llama",
        parameterCount: 1,
        tensorCount: 1,
        quantization: null,
        vocabularySize: 288,
      });
  }
}

async function generate(id, { promptIds = [5], maxTokens }) {
  const tokens = [];
  const count = fault === "too-many-tokens" ? maxTokens + 1 : maxTokens;
  for (let at = 0; at < count; at++) {
    if (fault === "die-at-token-2" && at === 2) process.kill(process.pid, "SIGKILL");
    if (fault === "exit-0-at-token-2" && at === 2) process.exit(0);
    if (fault === "hang-at-token-2" && at === 2) return;
    if (fault === "nonsense-at-token-2" && at === 2) process.stdout.write("segmentation fault\n");
    if (cancelled === id)
      return say({ event: "generated", id, promptIds, tokens, text: "", finish: "cancelled" });
    tokens.push(at);
    say({ event: "token", id, token: at, text: "x" });
    if (fault === "slow" || fault === "ignore-cancel")
      await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (fault === "other-tokens-at-the-end") tokens.reverse();
  say({
    event: "generated",
    id,
    promptIds,
    tokens,
    text: "x".repeat(tokens.length),
    finish: "limit",
  });
}

/** Writes one GiB, as fast as it is read. */
async function flood(stream, piece) {
  for (let sent = 0; sent < 2 ** 30; sent += piece.length) {
    if (!stream.write(piece)) await new Promise((resolve) => stream.once("drain", resolve));
  }
}

function eatMemory() {
  const held = [];
  setInterval(() => {
    if (held.length < 40) held.push(Buffer.alloc(16 * 1024 * 1024, 1));
  }, 5);
}

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function note(pid) {
  if (process.env["PIDS"]) appendFileSync(process.env["PIDS"], `${pid}\n`);
}
