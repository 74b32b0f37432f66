import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { answerHonestly, SCRIPTED_HELLO, ScriptedPrograms } from "../../harness/runners/mod.ts";
import {
  RUNNER_ERROR_KINDS,
  RUNNER_OPERATIONS,
  RUNNER_PROTOCOL,
  type RunnerRequest,
} from "../../spec/runner_messages.ts";
import { nodeHost } from "../node_host.ts";
import { readEvent } from "./read_event.ts";
import { RunnerClient } from "./runner_client.ts";

const schema = (name: string): object =>
  JSON.parse(
    readFileSync(
      new URL(`../../spec/runner_protocol/${name}.schema.json`, import.meta.url),
      "utf8",
    ),
  ) as object;
const ajv = new Ajv2020({ strict: false });
const isEvent = ajv.compile(schema("event"));
const isRequest = ajv.compile(schema("request"));

const count = fc.nat();
const ids = fc.array(count, { maxLength: 3 });
const EVENTS: readonly fc.Arbitrary<Record<string, unknown>>[] = [
  fc.record({
    event: fc.constant("hello"),
    protocol: fc.constant(RUNNER_PROTOCOL),
    name: fc.string({ minLength: 1 }),
    version: fc.string(),
    runtimes: fc.dictionary(fc.string(), fc.string(), { maxKeys: 2, noNullPrototype: true }),
    device: fc.string(),
    operations: fc.array(fc.constantFrom(...RUNNER_OPERATIONS)),
  }),
  fc.record({
    event: fc.constant("loaded"),
    id: count,
    architecture: fc.string({ minLength: 1 }),
    parameterCount: count,
    tensorCount: count,
    quantization: fc.option(fc.string()),
    vocabularySize: count,
  }),
  fc.record(
    {
      event: fc.constant("token"),
      id: count,
      token: count,
      text: fc.string(),
      topLogits: fc.array(
        fc.record({ id: count, logit: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
      ),
    },
    { requiredKeys: ["event", "id", "token", "text"] },
  ),
  fc.record({
    event: fc.constant("generated"),
    id: count,
    promptIds: ids,
    tokens: ids,
    text: fc.string(),
    finish: fc.constantFrom("limit", "stop", "cancelled"),
  }),
  fc.record({ event: fc.constant("unloaded"), id: count }),
  fc.record({ event: fc.constant("progress"), id: count, bytesDone: count, bytesTotal: count }),
  fc.record({
    event: fc.constant("downloaded"),
    id: count,
    directory: fc.string({ minLength: 1 }),
  }),
  fc.record({
    event: fc.constant("error"),
    id: count,
    kind: fc.constantFrom(...RUNNER_ERROR_KINDS),
    message: fc.string(),
  }),
];

/** A message with one field left out, one more, or one of another type. */
const spoiled = fc
  .tuple(
    fc.oneof(...EVENTS),
    fc.nat(20),
    fc.constantFrom(undefined, null, -1, 1.5, "x", "", [], {}, [{}], true),
  )
  .map(([event, at, value]) => {
    const key = [...Object.keys(event), "more"][at % (Object.keys(event).length + 1)] ?? "more";
    return { ...event, [key]: value };
  });

test("readEvent() reads what the schema allows", () => {
  fc.assert(
    fc.property(fc.oneof(...EVENTS), (event) => {
      const message = JSON.parse(JSON.stringify(event)) as unknown;
      assert.equal(isEvent(message), true, JSON.stringify(isEvent.errors));
      assert.deepEqual(readEvent(JSON.stringify(event)), message);
    }),
    { numRuns: 400 },
  );
});

test("readEvent() and the schema refuse the same", () => {
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof(spoiled, fc.jsonValue()), (message) => {
      const text = JSON.stringify(message) ?? "null";
      const allowed = isEvent(JSON.parse(text));
      if (!allowed) refused++;
      assert.equal(readEvent(text) !== undefined, allowed, text);
    }),
    { numRuns: 2000 },
  );
  assert.ok(refused > 500);
});

test("readEvent() refuses what is no JSON", () => {
  for (const text of ["", "{", "Fetching 12 files", '{"event":"hello"', "NaN"]) {
    assert.equal(readEvent(text), undefined);
  }
});

test("what the client sends is what the schema of requests allows", async () => {
  const asked: RunnerRequest[] = [];
  const programs = new ScriptedPrograms(async (runner) => {
    await runner.say(SCRIPTED_HELLO);
    for await (const request of runner.requests) {
      asked.push(request);
      if (request.op === "download")
        await runner.say({ event: "downloaded", id: request.id, directory: "/d" });
      else await answerHonestly(runner, request);
    }
  });
  const { clock } = nodeHost();
  await using client = await RunnerClient.start(["runner"], { programs, clock, env: {} });
  await client.load("/größe [1]");
  await client.generate({ promptIds: [1, 2], maxTokens: 2, topLogits: 1, stopAtEnd: false });
  await client.generate({ prompt: "x", chat: true, maxTokens: 1 });
  await client.download({ repository: "org/name", revision: "main" });
  await client.unload();
  assert.deepEqual(
    asked.map(({ id, op }) => `${id} ${op}`),
    ["1 load", "2 generate", "3 generate", "4 download", "5 unload"],
  );
  for (const request of asked) assert.equal(isRequest(request), true, JSON.stringify(request));
});

test("the schema of requests takes each request, and no prompt of both kinds or of none", () => {
  for (const request of [
    { id: 1, op: "load", directory: "/m" },
    { id: 2, op: "generate", promptIds: [1], maxTokens: 2, topLogits: 3, stopAtEnd: true },
    { id: 3, op: "generate", prompt: "x", chat: true, maxTokens: 2 },
    { id: 4, op: "cancel", of: 3 },
    { id: 5, op: "unload" },
    { id: 6, op: "download", repository: "org/name", revision: "main" },
  ]) {
    assert.equal(isRequest(request), true, JSON.stringify(request));
  }
  for (const request of [
    { id: 1, op: "generate", maxTokens: 1 },
    { id: 1, op: "generate", prompt: "x", promptIds: [1], maxTokens: 1 },
    { id: 1, op: "generate", promptIds: [], maxTokens: 1 },
    { id: 1, op: "sleep" },
  ]) {
    assert.equal(isRequest(request), false, JSON.stringify(request));
  }
});
