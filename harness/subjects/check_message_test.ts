import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { CHECK_CAUSES, ERROR_CODES, LAYOUTS } from "../../spec/mod.ts";
import fromSubject from "../../spec/subject_protocol/from_subject.schema.json" with { type: "json" };
import toSubject from "../../spec/subject_protocol/to_subject.schema.json" with { type: "json" };
import { faultOfMessage, faultOfOrder, faultOfResult } from "./check_message.ts";

const HELLO = {
  type: "hello",
  id: 0,
  protocol: 1,
  name: "mine",
  version: "1.0.0",
  roles: ["downloader"],
  operations: ["download"],
  capabilities: [],
  layouts: ["hubapi"],
};

test("the schemas have the error codes, causes and layouts of the specification", () => {
  const { errorKind, checked, layout } = fromSubject.definitions;
  assert.deepEqual(errorKind.enum.toSorted(), Object.keys(ERROR_CODES).toSorted());
  const causes: string[] = checked.properties.findings.items.properties.cause.enum;
  assert.deepEqual(causes.toSorted(), [...CHECK_CAUSES].toSorted());
  for (const { enum: names } of [layout, toSubject.definitions.modelRequest.properties.layout])
    assert.deepEqual(names.toSorted(), Object.keys(LAYOUTS).toSorted());
});

test("the examples of the document are of the protocol", () => {
  const text = readFileSync(new URL("../../spec/subject_protocol.md", import.meta.url), "utf8");
  const [orders = [], answers = []] = [...text.matchAll(/```json\n([^`]+)```/g)].map(
    ([, block = ""]) => block.trim().split("\n"),
  );
  assert.ok(orders.length > 2 && answers.length > 2);
  for (const line of orders) assert.equal(faultOfOrder(JSON.parse(line)), undefined, line);
  for (const line of answers) assert.equal(faultOfMessage(JSON.parse(line)), undefined, line);
});

test("faultOfMessage() names the field that is wrong", () => {
  for (const [message, fault] of [
    [{ ...HELLO, version: "main" }, /"hello".*version/],
    [{ ...HELLO, version: undefined }, /"hello".*version/],
    [{ ...HELLO, layouts: [] }, /"hello".*layouts/],
    [{ ...HELLO, capabilities: ["magic"] }, /"hello".*capabilities/],
    [{ type: "result", id: 1, error: { kind: "oops", message: "" } }, /"result".*kind/],
    [
      { type: "event", id: 1, event: "progress", bytesDone: -1, bytesTotal: 1 },
      /"event".*bytesDone/,
    ],
    [{ type: "wave", id: 1 }, /"wave" is none/],
    [[], /a line/],
    [null, /a line/],
  ] as const) {
    assert.match(faultOfMessage(message) ?? "right", fault);
  }
  assert.equal(faultOfMessage({ ...HELLO, colour: "blue" }), undefined);
  assert.equal(faultOfMessage({ type: "result", id: 1, skipped: "no GPU" }), undefined);
});

test("faultOfMessage() says something of any JSON, and throws at none", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(typeof faultOfMessage(value), "string");
    }),
  );
});

test("faultOfResult() holds a result against its operation", () => {
  assert.equal(faultOfResult("download", { directory: "/x" }), undefined);
  assert.match(faultOfResult("download", {}) ?? "", /directory/);
  assert.equal(faultOfResult("locate", {}), undefined);
  assert.match(faultOfResult("status", { state: "fine", directory: "/x" }) ?? "", /state|line/);
  assert.match(faultOfResult("list", { models: [{}] }) ?? "", /models/);
  assert.equal(faultOfResult("migrate", { from: "/x", to: "/y", files: [] }), undefined);
  assert.match(faultOfResult("migrate", { from: "/x", to: "/y" }) ?? "", /files/);
});

test("faultOfOrder() holds the request of a migration against its own form", () => {
  const order = { type: "operation", id: 1, operation: "migrate", root: "/w" };
  const request = { repository: "org/name", step: "plan" };
  assert.equal(faultOfOrder({ ...order, request }), undefined);
  assert.notEqual(faultOfOrder({ ...order, request: { ...request, step: "copy" } }), undefined);
  assert.notEqual(faultOfOrder({ ...order, operation: "download", request }), undefined);
});
