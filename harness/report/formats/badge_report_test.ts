import assert from "node:assert/strict";
import { test } from "node:test";
import { badgeReport } from "./badge_report.ts";
import { exampleRecordText, type ExampleRecordOptions } from "../example_record.ts";
import { parseRecord } from "../record/parse_record.ts";

function badgeOf(...all: ExampleRecordOptions[]) {
  const records = all.map((options) =>
    parseRecord(exampleRecordText({ results: [], ...options }), "r.jsonl"),
  );
  return JSON.parse(badgeReport(records, "mlx-layout")) as Record<string, unknown>;
}

test("badgeReport() says the verdict in the form that shields.io reads", () => {
  assert.deepEqual(badgeOf({ verdict: "conformant" }), {
    schemaVersion: 1,
    label: "mlx-layout",
    message: "conformant",
    color: "brightgreen",
  });
});

test("badgeReport() is red on failures and on unknown verdicts", () => {
  for (const options of [
    [{ verdict: "not conformant" }],
    [{ verdict: "deviations out of date" }],
    [{ verdict: undefined }],
    [{ verdict: "conformant", header: { planned: 4 } }],
    [],
  ] satisfies ExampleRecordOptions[][]) {
    assert.equal(badgeOf(...options)["color"], "red");
  }
});

test("badgeReport() does not call a subject conformant by a part of a run", () => {
  for (const header of [{ only: ["DL-RESUME"] }, { shard: { index: 1, count: 2 } }]) {
    assert.equal(badgeOf({ verdict: "conformant", header })["message"], "conformant in part");
    assert.equal(badgeOf({ verdict: "not conformant", header })["message"], "not conformant");
  }
});

test("badgeReport() takes the worst of several", () => {
  const badge = badgeOf(
    { verdict: "conformant" },
    { verdict: "partial" },
    { verdict: "conformant" },
  );
  assert.equal(badge["message"], "partial");
});
