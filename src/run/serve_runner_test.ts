import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { memoryFiles, writeBytes } from "../../harness/disk/mod.ts";
import { greedyTokens, tinyLlama } from "../../harness/models/mod.ts";
import type { FileSystem } from "../../spec/mod.ts";
import type { RunnerEvent } from "../../spec/runner_messages.ts";
import { ReferenceSession } from "./reference_session.ts";
import { serveRunner } from "./serve_runner.ts";
import { openTextCodec } from "./open_text_codec.ts";

const DIRECTORY = "/models/org/name";
const MODEL = tinyLlama({ dtype: "F32" });

async function disk(): Promise<FileSystem> {
  const files = memoryFiles();
  for (const { path, bytes } of MODEL.files) await writeBytes(files, join(DIRECTORY, path), bytes);
  return files;
}

/** Says lines to the reference runner, and gives what it says. */
async function converse(lines: AsyncIterable<string> | Iterable<string>, said: RunnerEvent[] = []) {
  const session = new ReferenceSession(await disk());
  async function* input() {
    yield* lines;
  }
  await serveRunner(session, { input: input(), say: (event) => void said.push(event) });
  return said;
}

const text = (value: unknown) => JSON.stringify(value);
const LOAD = text({ id: 1, op: "load", directory: DIRECTORY });

test("the reference runner answers each request once, in order", async () => {
  const said = await converse([
    LOAD,
    text({ id: 2, op: "generate", promptIds: [5, 6, 7], maxTokens: 3 }),
    text({ id: 3, op: "unload" }),
  ]);
  const own = greedyTokens(MODEL, [5, 6, 7], 3).map(({ id }) => id);
  assert.deepEqual(
    said.map(({ event }) => event),
    ["hello", "loaded", "token", "token", "token", "generated", "unloaded"],
  );
  assert.deepEqual(
    said.flatMap((event) => (event.event === "token" ? [event.token] : [])),
    own,
  );
});

test("the reference runner refuses what is no request, and lives on", async () => {
  const said = await converse([
    "{",
    text({ op: "load" }),
    text({ id: 4, op: "sing" }),
    text({ id: 5, op: "generate", prompt: "x", promptIds: [1], maxTokens: 1 }),
    text({ id: 6, op: "generate", promptIds: [1], maxTokens: 1 }),
    text({ id: 7, op: "download", repository: "org/name" }),
    text({ id: 8, op: "load", directory: "/nowhere" }),
    LOAD,
    text({ id: 9, op: "unload" }),
  ]);
  const kinds = said.map((event) => (event.event === "error" ? event.kind : event.event));
  assert.deepEqual(kinds, [
    "hello",
    "invalid-request",
    "invalid-request",
    "invalid-request",
    "invalid-request",
    "invalid-request",
    "unsupported",
    "cannot-load",
    "loaded",
    "unloaded",
  ]);
});

test("the reference runner refuses two prompts at once, and a count that is a text, of a model that it has", async () => {
  const said: RunnerEvent[] = [];
  async function* lines() {
    yield LOAD;
    while (!said.some(({ event }) => event === "loaded"))
      await new Promise((resolve) => setImmediate(resolve));
    yield text({ id: 2, op: "generate", prompt: "x", promptIds: [1], maxTokens: 1 });
    yield text({ id: 3, op: "generate", promptIds: [1], maxTokens: "1" });
    yield text({ id: 4, op: "generate", promptIds: [1], maxTokens: 0 });
  }
  await converse(lines(), said);
  const kinds = said.map((event) => (event.event === "error" ? event.kind : event.event));
  assert.deepEqual(kinds.slice(2), ["invalid-request", "invalid-request", "invalid-request"]);
});

test("a cancel, and the end of the input, end what the reference runner does", async () => {
  for (const end of [text({ id: 3, op: "cancel", of: 2 }), undefined]) {
    const said: RunnerEvent[] = [];
    async function* lines() {
      yield LOAD;
      yield text({ id: 2, op: "generate", promptIds: [5], maxTokens: 100_000 });
      while (!said.some(({ event }) => event === "token")) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (end !== undefined) yield end;
    }
    await converse(lines(), said);
    const last = said.at(-1);
    assert.deepEqual([last?.event, last?.event === "error" && last.kind], ["error", "cancelled"]);
  }
});

test("openTextCodec() turns text into tokens and back, token by token, whatever its characters", async () => {
  await using codec = await openTextCodec(await disk(), DIRECTORY);
  assert.deepEqual(codec.endIds, [2]);
  for (const said of ["hello there, the größe 漢字 🙂\n", "a  b", "é"]) {
    const ids = await codec.encode(said, { chat: false });
    const decode = codec.decoder();
    const pieces: string[] = [];
    for (const id of ids) pieces.push(await decode(id));
    assert.equal(pieces.join(""), said);
    assert.ok(pieces.every((piece) => !piece.includes("\uFFFD")));
  }
  const chat = await codec.encode("hello", { chat: true });
  assert.deepEqual([chat[0], chat.includes(2)], [1, true]);
});

test("openTextCodec() is let go of in the middle of a text, and the next one answers for itself", async () => {
  const first = await openTextCodec(await disk(), DIRECTORY);
  const pending = first.encode("hello there ".repeat(20_000), { chat: false });
  const beganMs = performance.now();
  const refused = assert.rejects(pending, { code: "corrupt-model" });
  await first[Symbol.asyncDispose]();
  await refused;
  // Its thread was ended, and did not work on until its time was over.
  assert.ok(performance.now() - beganMs < 6_000);
  await using next = await openTextCodec(await disk(), DIRECTORY);
  assert.deepEqual(next.endIds, [2]);
  assert.ok((await next.encode("hello", { chat: false })).length < 20);
});
