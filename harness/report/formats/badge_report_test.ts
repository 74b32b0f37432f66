import assert from "node:assert/strict";
import { test } from "node:test";
import { badgeReport } from "./badge_report.ts";
import {
  EXAMPLE_RESULTS,
  exampleRecordText,
  type ExampleRecordOptions,
} from "../example_record.ts";
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
    message: "conformant: 0 held, 0 broken, 0 skipped",
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
    const of = (verdict: "conformant" | "not conformant") =>
      String(badgeOf({ verdict, header })["message"]).split(":")[0];
    assert.equal(of("conformant"), "conformant in part");
    assert.equal(of("not conformant"), "not conformant");
  }
});

test("badgeReport() has the numbers of one record", () => {
  const badge = badgeOf({ results: EXAMPLE_RESULTS });
  assert.equal(badge["message"], "not conformant: 2 held, 2 broken, 1 skipped");
});

test("badgeReport() takes the worst of several", () => {
  const badge = badgeOf(
    { verdict: "conformant" },
    { verdict: "partial" },
    { verdict: "conformant" },
  );
  assert.equal(badge["message"], "partial: 2 of 3 conformant");
});
