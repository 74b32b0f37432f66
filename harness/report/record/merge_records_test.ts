import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleFailure, exampleResult } from "../../deviations/example_result.ts";
import {
  EXAMPLE_RESULTS,
  exampleRecordText,
  type ExampleRecordOptions,
} from "../example_record.ts";
import { mergeRecords, type NamedRecord } from "./merge_records.ts";
import { parseRecord } from "./parse_record.ts";

/** Results are dealt out to shards in turn. */
function shard(
  index: number,
  options: ExampleRecordOptions & { count?: number } = {},
): NamedRecord {
  const { count = 2, results = EXAMPLE_RESULTS, header, ...others } = options;
  const own = results.filter((_, at) => at % count === index - 1);
  const text = exampleRecordText({
    ...others,
    results: own,
    header: { shard: { index, count }, planned: own.length, ...header },
  });
  const name = `${index}.jsonl`;
  return { name, record: parseRecord(text, name) };
}

test("mergeRecords() makes of the shards the record of the whole run", () => {
  const { text = "", problems } = mergeRecords([shard(2), shard(1)]);
  assert.deepEqual(problems, []);
  const merged = parseRecord(text, "merged.jsonl");
  assert.deepEqual(merged.problems, []);
  assert.equal(merged.header.shard, undefined);
  assert.equal(merged.closing?.verdict, "not conformant");
  const keysOf = (results: readonly { scenario: string; world: string }[]) =>
    results.map(({ scenario, world }) => `${world} ${scenario}`).toSorted();
  assert.deepEqual(keysOf(merged.results), keysOf(EXAMPLE_RESULTS));
  const failed = merged.results.find(({ status }) => status === "fail");
  assert.match(failed?.story ?? "", /broke DL-INTEGRITY/);
});

test("mergeRecords() gives the same text whatever the order of the shards", () => {
  const shards = [1, 2, 3].map((index) => shard(index, { count: 3 }));
  assert.equal(mergeRecords(shards).text, mergeRecords(shards.toReversed()).text);
});

test("mergeRecords() refuses shards that do not belong together, and says what differs", () => {
  const other = {
    os: "darwin",
    osVersion: "",
    arch: "arm64",
    node: "24.0.0",
    filesystem: "x",
    isCaseSensitive: false,
  };
  for (const [header, why] of [
    [
      { suite: { version: "0.2.0", specSha256: "a".repeat(64) } },
      /2\.jsonl: its version of the suite is "0\.2\.0"/,
    ],
    [
      { suite: { version: "0.1.0", specSha256: "a".repeat(64) } },
      /its digest of the requirements is/,
    ],
    [
      { subject: { name: "example", version: "1.5.0" } },
      /its subject is "example 1\.5\.0", but that of 1\.jsonl is/,
    ],
    [{ seed: 8 }, /its seed is 8/],
    [{ runs: { memory: 4 } }, /its number of cases/],
    [{ profiles: ["core"] }, /its profiles/],
    [{ worlds: ["memory"] }, /its worlds/],
    [{ only: ["DL-RESUME"] }, /its filter/],
    [{ machine: other }, /its operating system is "darwin arm64"/],
  ] as const) {
    const { text, problems } = mergeRecords([shard(1), shard(2, { header })]);
    assert.equal(text, undefined);
    assert.match(problems.join("\n"), why);
  }
});

test("mergeRecords() refuses shards that are missing, given twice or incomplete, and whole runs", () => {
  for (const [shards, why] of [
    [[], /no record/],
    [[shard(1)], /shard 2 of 2 is missing/],
    [[shard(1), shard(1), shard(2)], /shard 1 of 2 was given 2 times/],
    [[shard(1), shard(2, { count: 3 })], /its number of shards is 3/],
    [[shard(1), shard(2, { verdict: undefined })], /2\.jsonl: the run did not finish/],
    [
      [{ name: "w", record: parseRecord(exampleRecordText(), "w") }],
      /w: it is a whole run, not a shard/,
    ],
  ] as const) {
    const { text, problems } = mergeRecords(shards);
    assert.equal(text, undefined);
    assert.match(problems.join("\n"), why);
  }
  const twice = [
    shard(1, { results: [exampleResult(), exampleResult()] }),
    shard(2, { results: [exampleResult(), exampleResult()] }),
  ];
  assert.match(
    mergeRecords(twice).problems.join(),
    /download\/wrong_bytes in memory is also in 1\.jsonl/,
  );
});

test("mergeRecords() judges the whole by the list of deviations, which no shard could", () => {
  const deviation = {
    requirement: "DL-RESUME",
    scenario: "download/resume",
    signature: "DL-RESUME: it sent no range",
    issue: "https://example.com/1",
    expires: "2027-01-01",
  } as const;
  const results = [
    exampleFailure("DL-RESUME", "it sent no range", { scenario: "download/resume" }),
    exampleResult(),
  ];
  const verdictOf = (...deviations: object[]) => {
    const header = { deviations: deviations as never, profiles: [] };
    const { text = "" } = mergeRecords([1, 2].map((index) => shard(index, { results, header })));
    return parseRecord(text, "merged").closing;
  };
  assert.deepEqual(verdictOf(deviation)?.counts, { "expected-fail": 1, pass: 1 });
  const unmatched = verdictOf(deviation, { ...deviation, scenario: "download/other" });
  assert.equal(unmatched?.verdict, "deviations out of date");
  assert.match(unmatched?.deviationProblems.join() ?? "", /matches nothing/);
});
