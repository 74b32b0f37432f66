import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDeviations } from "./format_deviations.ts";
import { parseDeviations } from "./parse_deviations.ts";

const ENTRY = {
  requirement: "DL-RESUME",
  scenario: "download/*",
  signature: "DL-RESUME: it sent no range",
  issue: "https://example.com/issues/2",
  expires: "2027-01-31",
  when: { os: ["linux"], version: "<3" },
} as const;
const parse = (...entries: unknown[]) =>
  parseDeviations(JSON.stringify({ deviations: entries }), "d.json");

test("parseDeviations() reads what formatDeviations() writes, in one order", () => {
  const second = { ...ENTRY, requirement: "DL-ATOMIC", signature: "DL-ATOMIC: x" } as const;
  const text = formatDeviations([ENTRY, second]);
  assert.deepEqual(parseDeviations(text, "d.json"), [second, ENTRY]);
});

test("parseDeviations() says where and why a file is wrong", () => {
  assert.throws(() => parseDeviations("{", "d.json"), /from d\.json: it is not JSON/);
  assert.throws(() => parseDeviations("[]", "d.json"), /must be object/);
  for (const [changes, why] of [
    [
      { sometimes: true },
      /must have propert.* reason when property sometimes|required property 'reason'/,
    ],
    [{ sometimes: true, reason: "" }, /\/deviations\/0\/reason must NOT have fewer/],
    [{ sometimes: false, reason: "x" }, /\/deviations\/0\/sometimes must be equal/],
    [{ issue: "" }, /\/deviations\/0\/issue must match/],
    [{ issue: undefined }, /required property 'issue'/],
    [{ issue: "unreported", reason: undefined }, /required property 'reason'/],
    [{ issue: "unreported", reason: "" }, /reason must NOT have fewer/],
    [{ expires: "soon" }, /\/deviations\/0\/expires/],
    [{ until: "x" }, /additional properties/],
    [{ when: { os: ["macos"] } }, /\/deviations\/0\/when\/os\/0/],
    [{ requirement: "DL-NOTHING", signature: "DL-NOTHING: x" }, /entry 1 names DL-NOTHING/],
    [{ signature: "DL-ATOMIC: it" }, /does not begin with "DL-RESUME: "/],
    [{ signature: "DL-RESUME: " }, /signature/],
    [{ scenario: "down*/x" }, /whole component/],
    [{ when: { version: "~1" } }, /Cannot read the range/],
  ] as const) {
    assert.throws(() => parse({ ...ENTRY, ...changes }), why);
  }
});

test("parseDeviations() takes a draft that lacks its issues, and nothing else", () => {
  const draft = (changes: object) =>
    parseDeviations(JSON.stringify({ deviations: [{ ...ENTRY, ...changes }] }), "d.json", {
      isDraft: true,
    });
  assert.equal(draft({ issue: "" })[0]?.issue, "");
  assert.equal(draft({ issue: "", sometimes: true, reason: "" })[0]?.sometimes, true);
  assert.throws(() => draft({ sometimes: true }), /reason/);
  assert.throws(() => draft({ issue: "", expires: "soon" }), /expires/);
});
