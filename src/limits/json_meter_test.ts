import assert from "node:assert/strict";
import { test } from "node:test";
import { assertJsonLimits, JsonLimitError, JsonMeter } from "./json_meter.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("JsonMeter lets ordinary texts pass", () => {
  for (const text of ['{"a":[1,2,{"b":"[[[[,,,"}]}', "", '"', '"\\"[[["', "[[]]"]) {
    assert.equal(new JsonMeter({ depthMax: 3, valuesMax: 8 }).take(text), undefined, text);
    assert.equal(new JsonMeter({ depthMax: 3, valuesMax: 8 }).take(bytesOf(text)), undefined);
  }
});

test("JsonMeter names what there is too much of, in whatever parts the text arrives", () => {
  const deep = "[".repeat(65);
  const wide = `[${"0,".repeat(9)}0]`;
  const long = `["${"é".repeat(6)}"]`;
  for (const [text, limits, fault] of [
    [deep, {}, /deeper than 64 levels/],
    [wide, { valuesMax: 10 }, /more than 10 values/],
    [long, { stringBytesMax: 10 }, /a string of more than 10 bytes/],
  ] as const) {
    const bytes = bytesOf(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const meter = new JsonMeter(limits);
      const found = meter.take(bytes.subarray(0, cut)) ?? meter.take(bytes.subarray(cut));
      assert.match(found ?? "", fault);
    }
  }
});

test("assertJsonLimits() takes no more than linear time", () => {
  assert.throws(() => assertJsonLimits("[".repeat(10_000_000)), JsonLimitError);
  assert.throws(() => assertJsonLimits("[],".repeat(10_000_000)), JsonLimitError);
  assert.doesNotThrow(() => assertJsonLimits(`"${'\\"'.repeat(5_000_000)}`));
});
