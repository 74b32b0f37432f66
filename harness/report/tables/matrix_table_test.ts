import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleRecordText } from "../example_record.ts";
import { matrixTable } from "./matrix_table.ts";
import { parseRecord } from "../record/parse_record.ts";

test("matrixTable() counts the MUSTs that a subject answers for, and shows who broke which", () => {
  const core = { header: { profiles: ["core"], roles: ["downloader"] } } as const;
  const other = {
    header: { ...core.header, subject: { name: "a|b", version: "1" } },
    results: [],
    verdict: "incomplete",
  } as const;
  const records = [core, other].map((one) => parseRecord(exampleRecordText(one), "r.jsonl"));
  const lines = matrixTable(records).split("\n");
  const counts = (line: string | undefined) => line?.split(" | ").slice(2, 7);
  const [verdict, held, broken, vacuous, rest] = counts(lines[2]) ?? [];
  assert.equal(verdict, "not conformant");
  assert.deepEqual([held, broken, vacuous], ["2", "2", "1"]);
  const total = [held, broken, vacuous, rest].reduce((sum, text) => sum + Number(text), 0);
  assert.deepEqual(counts(lines[3]), ["incomplete", "0", "0", "0", String(total)]);
  assert.match(lines[3] ?? "", /^\| 2 \| a\\\|b 1 \|/);
  assert.ok(lines.includes("| DL-INTEGRITY | ✗ | – |"));
  assert.ok(lines.includes("| DL-RESUME | ✗ | – |"), "a known deviation is broken all the same");
  assert.ok(!lines.some((line) => line.startsWith("| LAYOUT-PATH |")), "nobody broke it");
});

test("matrixTable() leaves out what a subject does not answer for", () => {
  const loader = { header: { profiles: ["core"], roles: ["loader"] } } as const;
  const text = matrixTable([parseRecord(exampleRecordText(loader), "r.jsonl")]);
  assert.match(text, /\| not conformant \| 0 \| 0 \| 0 \| \d+ \|/);
  assert.doesNotMatch(text, /DL-INTEGRITY/);
});
