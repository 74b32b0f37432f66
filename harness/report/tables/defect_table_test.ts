import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleFailure, exampleResult } from "../../deviations/example_result.ts";
import { defectTable, foundDefects, type KnownDefect } from "./defect_table.ts";
import { exampleRecordText } from "../example_record.ts";
import { parseRecord } from "../record/parse_record.ts";

const DEFECTS: readonly KnownDefect[] = [
  {
    name: "wrong_bytes",
    about: "wrong bytes are accepted",
    requirement: "DL-INTEGRITY",
    scenarios: ["download/wrong_bytes"],
  },
  { name: "other", about: "another", requirement: "DL-RESUME", scenarios: ["download/resume"] },
];
const REPLAY = { name: "one.json", content: "{}" };

function recordOf(name: string, results: Parameters<typeof exampleRecordText>[0] = {}) {
  const header = { subject: { name, version: "1.0.0" } };
  return parseRecord(exampleRecordText({ header, ...results }), "r.jsonl");
}

test("foundDefects() finds each defect once for each subject, with its replay", () => {
  const broken = exampleFailure("DL-INTEGRITY", "3 wrong bytes");
  const withReplay = { results: [broken], materialOf: () => ({ replay: REPLAY }) };
  const records = [recordOf("a", withReplay), recordOf("a", withReplay), recordOf("b", withReplay)];
  const found = foundDefects(records, DEFECTS);
  assert.deepEqual(
    found.map(({ defect, subject, replay }) => [defect.name, subject.name, replay?.name]),
    [
      ["wrong_bytes", "a", "one.json"],
      ["wrong_bytes", "b", "one.json"],
    ],
  );
});

test("foundDefects() heeds neither another scenario nor another requirement", () => {
  const results = [
    exampleResult(),
    exampleFailure("DL-INTEGRITY", "3 wrong bytes", { scenario: "download/idempotent" }),
    exampleFailure("DL-NOT-A-HUB", "3 wrong bytes"),
  ];
  assert.deepEqual(foundDefects([recordOf("a", { results })], DEFECTS), []);
});

test("foundDefects() takes a mere refusal for no defect, but where the defect is one", () => {
  const refused = {
    detail: "it rejected with network: no",
    isRefusal: true,
    counterexample: "",
    path: "",
  } as const;
  const results = [
    exampleFailure("DL-INTEGRITY", "", { breakage: { requirement: "DL-INTEGRITY", ...refused } }),
  ];
  const found = (defect: Partial<KnownDefect>) =>
    foundDefects(
      [recordOf("a", { results })],
      DEFECTS.slice(0, 1).map((one) => ({ ...one, ...defect })),
    );
  assert.equal(found({}).length, 0);
  assert.equal(found({ isShownByRefusal: true }).length, 1);
});

test("foundDefects() finds what a subject broke further, without the replay of something else", () => {
  const further = [
    { requirement: "DL-INTEGRITY", detail: "wrong", counterexample: "", path: "" } as const,
  ];
  const results = [exampleFailure("DL-NOT-A-HUB", "a page", { further })];
  const [one] = foundDefects(
    [recordOf("a", { results, materialOf: () => ({ replay: REPLAY }) })],
    DEFECTS,
  );
  assert.equal(one?.defect.name, "wrong_bytes");
  assert.equal(one?.replay, undefined);
});

test("defectTable() names every subject that showed a defect, and none where there is none", () => {
  const broken = exampleFailure("DL-INTEGRITY", "3 wrong bytes");
  const withReplay = { results: [broken], materialOf: () => ({ replay: REPLAY }) };
  const found = foundDefects(
    [recordOf("a", withReplay), recordOf("b", { results: [broken] })],
    DEFECTS,
  );
  const path = "kept/one.json";
  const table = defectTable(found, DEFECTS, {
    replayPath: ({ replay }) => (replay === undefined ? undefined : path),
  });
  assert.deepEqual(table.split("\n").slice(2), [
    "| wrong bytes are accepted | DL-INTEGRITY | [a 1.0.0](kept/one.json), b 1.0.0 |",
    "| another | DL-RESUME | none |",
  ]);
});
