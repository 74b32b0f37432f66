import assert from "node:assert/strict";
import { test } from "node:test";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import { exampleFailure, exampleResult } from "../../deviations/example_result.ts";
import { exampleRecordText, type ExampleRecordOptions } from "../example_record.ts";
import { parseRecord } from "../record/parse_record.ts";
import { freezeSet } from "../sets/freeze_set.ts";
import { type HistoryRow, historyRow, parseHistory } from "./history_row.ts";
import { compareVersions, historyTrends } from "./history_trend.ts";
import { trendPage } from "./trend_page.ts";

const { "DL-INTEGRITY": integrity, "DL-RESUME": resume } = REQUIREMENTS;
const SET = freezeSet(
  { name: "2099-01", frozen: "2099-01-05", suite: "9.0.0" },
  { "DL-INTEGRITY": integrity, "DL-RESUME": resume },
);
const RESUMES = exampleResult({ scenario: "a/b", covers: ["DL-RESUME"] });

function rowOf(version: string, options: ExampleRecordOptions = {}): HistoryRow {
  const header = { subject: { name: "<b>", version } };
  const text = exampleRecordText({ header, results: [exampleResult(), RESUMES], ...options });
  return historyRow(parseRecord(text, "r.jsonl"), SET);
}

const BROKEN = rowOf("0.9.0", {
  header: { subject: { name: "<b>", version: "0.9.0" } },
  results: [exampleFailure("DL-INTEGRITY", "x"), RESUMES],
});

test("historyRow() has the grade, the counts and the ids of a whole run", () => {
  const row = rowOf("0.10.0");
  assert.deepEqual(
    [row.client, row.version, row.set, row.grade],
    ["<b>", "0.10.0", "2099-01", "gold"],
  );
  assert.deepEqual(row.grades.silver, [2, 2]);
  assert.deepEqual([row.held, row.broken], [["DL-INTEGRITY", "DL-RESUME"], []]);
  assert.deepEqual([BROKEN.grade, BROKEN.broken], ["none", ["DL-INTEGRITY"]]);
  assert.equal(row.judged, "2026-11-25");
  assert.deepEqual(parseHistory(`${JSON.stringify(row)}\n\n`, "h"), [row]);
});

test("historyRow() refuses a part of a run, and parseHistory() what is no row", () => {
  const part = { subject: { name: "a", version: "1" }, only: ["DL-RESUME"] };
  assert.throws(() => rowOf("1", { header: part }), /Cannot add a 1 to a history: only DL-RESUME/);
  for (const [text, why] of [
    ["no", /line 1 is not JSON/],
    [`${JSON.stringify(BROKEN)}\n{}`, /line 2 is no row/],
    [JSON.stringify({ ...BROKEN, broken: "x" }), /line 1 is no row/],
  ] as const)
    assert.throws(() => parseHistory(text, "h.jsonl"), why);
});

test("historyTrends() orders versions by number, and says what changed", () => {
  const later = rowOf("0.10.0");
  const [trend, ...others] = historyTrends([later, BROKEN, { ...BROKEN, held: ["DL-RESUME"] }]);
  assert.deepEqual(others, []);
  assert.deepEqual(
    trend?.steps.map(({ row, mended, newlyBroken }) => [row.version, mended, newlyBroken]),
    [
      ["0.9.0", [], []],
      ["0.10.0", ["DL-INTEGRITY"], []],
    ],
  );
  const worse = historyTrends([rowOf("0.8.0"), BROKEN])[0]?.steps[1];
  assert.deepEqual([worse?.mended, worse?.newlyBroken], [[], ["DL-INTEGRITY"]]);
  // Sets are not compared.
  assert.equal(historyTrends([BROKEN, { ...later, set: "2099-07" }]).length, 2);
  assert.deepEqual(["1.0.0", "v0.10", "1.0.0rc1"].toSorted(compareVersions), [
    "v0.10",
    "1.0.0",
    "1.0.0rc1",
  ]);
});

test("trendPage() asks for nothing, and lets no name become markup", () => {
  const page = trendPage([BROKEN, rowOf("0.10.0")]);
  assert.match(page, /default-src &#39;none&#39;/);
  assert.doesNotMatch(page, /<script|https?:|url\(|@import|<b>/);
  assert.match(page, /now held: <code>DL-INTEGRITY<\/code>/);
  assert.match(page, /<th scope="row">0\.9\.0<\/th><td>none<\/td>/);
});
