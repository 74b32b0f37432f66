import assert from "node:assert/strict";
import { test } from "node:test";
import { DOMParser } from "@xmldom/xmldom";
import { exampleFailure } from "../../deviations/example_result.ts";
import { exampleRecordText, type ExampleRecordOptions } from "../example_record.ts";
import { junitReport } from "./junit_report.ts";
import { parseRecord } from "../record/parse_record.ts";

/** What a consumer of JUnit reads, by means of an XML parser that takes no fault for a whim. */
function consume(options: ExampleRecordOptions = {}) {
  const xml = junitReport([parseRecord(exampleRecordText(options), "r.jsonl")]);
  const fail = (level: string, message: string) => {
    // It warns of U+FFFD, which is meant.
    if (level !== "warning") throw new Error(`${level}: ${message}`);
  };
  const document = new DOMParser({ onError: fail }).parseFromString(xml, "text/xml");
  const suites = [...document.getElementsByTagName("testsuite")];
  const cases = [...document.getElementsByTagName("testcase")].map((element) => {
    const children = ["failure", "error", "skipped"].flatMap((tag) => [
      ...element.getElementsByTagName(tag),
    ]);
    assert.ok(children.length <= 1);
    const [child] = children;
    return {
      name: element.getAttribute("name") ?? "",
      area: element.getAttribute("classname") ?? "",
      tag: child?.tagName ?? "passed",
      type: child?.getAttribute("type") ?? "",
      message: child?.getAttribute("message") ?? "",
      text: child?.textContent ?? "",
      properties: Object.fromEntries(
        [...element.getElementsByTagName("property")].map((property) => [
          property.getAttribute("name"),
          property.getAttribute("value"),
        ]),
      ),
    };
  });
  return { root: document.documentElement, suites, cases };
}

test("junitReport() has a child for each result that is no pass", () => {
  const { cases } = consume();
  const tags = Object.fromEntries(cases.map(({ area, name, tag }) => [`${area} ${name}`, tag]));
  assert.deepEqual(tags, {
    "example.record the run finished": "passed",
    "example.layout required_files in memory": "passed",
    "example.download wrong_bytes in memory": "failure",
    "example.download resume in disk": "skipped",
    "example.download retries in memory": "error",
    "example.layout case_twins in memory": "skipped",
    "example.download cancel in memory": "error",
  });
  const failed = cases.find(({ tag }) => tag === "failure");
  assert.equal(failed?.type, "DL-INTEGRITY");
  assert.equal(
    failed?.message,
    'it published "model.safetensors" <b>with</b> 3 wrong bytes & more',
  );
  assert.match(failed?.text ?? "", /broke DL-INTEGRITY[^]*again: mlx-conform/);
  assert.equal(failed?.properties["requirements"], "DL-INTEGRITY");
  assert.equal(failed?.properties["levels"], "MUST");
  const known = cases.find(({ name }) => name === "resume in disk");
  assert.match(known?.message ?? "", /known deviation, https:\/\/example\.com\/issues\/1/);
});

test("junitReport() states the numbers that a consumer counts", () => {
  const { root, suites } = consume();
  const numbersOf = (element: typeof root) =>
    ["tests", "failures", "errors", "skipped"].map((name) => Number(element?.getAttribute(name)));
  assert.deepEqual(numbersOf(root), [7, 1, 2, 2]);
  assert.deepEqual(
    suites.map((suite) => [suite.getAttribute("name"), ...numbersOf(suite)]),
    [
      ["example 1.4.0 record", 1, 0, 0, 0],
      ["example 1.4.0 layout", 2, 0, 0, 1],
      ["example 1.4.0 download", 4, 1, 2, 1],
    ],
  );
});

test("junitReport() is red when the record is incomplete or its deviations are out of date", () => {
  const open = consume({ results: [], verdict: undefined });
  assert.deepEqual(
    open.cases.map(({ tag, type }) => [tag, type]),
    [["error", "incomplete"]],
  );
  const stale = consume({
    results: [],
    verdict: "deviations out of date",
    deviationProblems: ["DL-X matches nothing"],
  });
  assert.equal(stale.cases.at(-1)?.message, "DL-X matches nothing");
  assert.equal(stale.cases.at(-1)?.tag, "failure");
});

test("junitReport() does not count a SHOULD that is not held as a failure, like the verdict", () => {
  const should = exampleFailure("DUR-CORE", "no sync");
  const { cases } = consume({ results: [should] });
  assert.equal(cases.at(-1)?.tag, "skipped");
  assert.match(cases.at(-1)?.message ?? "", /^SHOULD, not held: no sync/);
});

test("junitReport() survives every text", () => {
  const nasty = "a\u0000b\u001b[31m ]]> <!-- & \" ' \ud800 \uffff\tend";
  const { cases } = consume({ results: [exampleFailure("DL-RESUME", nasty)] });
  const failed = cases.at(-1);
  assert.match(failed?.message ?? "", /^a\ufffdb\ufffd\[31m \]\]> <!-- & " ' \ufffd \ufffd\send$/);
});
