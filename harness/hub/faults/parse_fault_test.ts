import assert from "node:assert/strict";
import { test } from "node:test";
import { FAULT_WORDS } from "./fault_words.ts";
import { faultLines, parseFault } from "./parse_fault.ts";

test("parseFault() reads the example of every fault", () => {
  for (const [type, { example }] of Object.entries(FAULT_WORDS)) {
    const rule = parseFault(`${type} ${example}`);
    assert.equal(rule.do.type, type);
    assert.deepEqual(parseFault(JSON.stringify(rule)), rule);
  }
});

test("parseFault() reads which requests a fault is for, and values in quotes", () => {
  assert.deepEqual(
    parseFault(
      `status status=403 errorMessage="No entry here" html=yes method=GET kind=cdn nth=3 range=no path='a b*'`,
    ),
    {
      match: { method: "GET", kind: "cdn", nth: 3, range: false, path: "a b*" },
      do: { type: "status", status: 403, errorMessage: "No entry here", html: true },
    },
  );
  assert.deepEqual(parseFault(`status status=404 headers='{"ETag":"x"}'`).do, {
    type: "status",
    status: 404,
    headers: { ETag: "x" },
  });
});

test("parseFault() says what is wrong with a fault", () => {
  for (const [text, why] of [
    ["", /"" is not a fault: expected one of cut, flip/],
    ["constructor", /"constructor" is not a fault/],
    ["cut atByte=5", /The fault "cut" needs how, such as "cut atByte=1000 how=rst"/],
    ["cut atByte=5 how=bang", /Expected one of fin, rst, stall for how, not "bang"/],
    ["cut atByte=five how=fin", /Expected an integer for atByte, not "five"/],
    ["reset twice", /Expected field=value in the fault "reset", not "twice"/],
    ["reset toString=1", /The fault "reset" has no "toString"/],
    ["reset nth=0", /nth counts from 1/],
    ["reset range=maybe", /Expected yes or no for range/],
    ["{", /something that is not JSON/],
    ["status status=404 headers=x", /something that is not JSON/],
    [`{"do":{"type":"reset","x":1}}`, /The fault "reset" has no x/],
  ] as const) {
    assert.throws(
      () => parseFault(text),
      (error) => {
        assert.ok(error instanceof RangeError);
        assert.match(error.message, why);
        return true;
      },
    );
  }
});

test("faultLines() has a line for every fault and every word", () => {
  const text = faultLines().join("\n");
  for (const type of Object.keys(FAULT_WORDS))
    assert.ok(text.includes(`\n${type}`) || text.startsWith(type));
  assert.match(text, /\nnth= +which of the matching/);
});
