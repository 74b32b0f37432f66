import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleResult } from "../../deviations/example_result.ts";
import { exampleRecordText } from "../example_record.ts";
import { amendRecord } from "./amend_record.ts";
import { parseRecord } from "./parse_record.ts";

test("amendRecord() puts later results in the place of those of the same scenario and world", () => {
  const whole = parseRecord(exampleRecordText(), "whole.jsonl");
  const later = exampleResult({ scenario: "download/retries", covers: ["DL-RETRY"] });
  const again = parseRecord(exampleRecordText({ results: [later] }), "again.jsonl");
  const amended = amendRecord(whole, again);
  assert.equal(amended.results.length, whole.results.length);
  const statuses = amended.results
    .filter(({ scenario }) => scenario === "download/retries")
    .map(({ status }) => status);
  assert.deepEqual(statuses, ["pass"]);
  assert.equal(amendRecord(whole, undefined), whole);
});
