import assert from "node:assert/strict";
import { test } from "node:test";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import { exampleFailure } from "../../deviations/example_result.ts";
import {
  EXAMPLE_RESULTS,
  exampleRecordText,
  type ExampleRecordOptions,
} from "../example_record.ts";
import { parseRecord } from "../record/parse_record.ts";
import { htmlReport } from "./html_report.ts";
import { markup } from "./markup.ts";

function pageOf(...all: ExampleRecordOptions[]): string {
  return htmlReport(all.map((options) => parseRecord(exampleRecordText(options), "r.jsonl")));
}

test("markup() escapes all but what is markup already", () => {
  const inner = markup`<i title="${`"'<&`}">${["<", markup`<b>`]}</i>`;
  assert.equal(inner.text, '<i title="&quot;&#39;&lt;&amp;">&lt;<b></i>');
  assert.equal(markup`a${false}b${undefined}c${0}`.text, "abc0");
});

test("htmlReport() has a row for each requirement and a cell for each subject", () => {
  const page = pageOf({}, { header: { subject: { name: "other", version: "2" } } });
  const count = (regExp: RegExp) => Array.from(page.matchAll(regExp)).length;
  const total = Object.keys(REQUIREMENTS).length;
  assert.equal(count(/<tr role="row" class="requirement"/g), total);
  assert.equal(count(/<td role="cell" class="\w+">/g), 2 * total);
  assert.equal(count(/<td role="cell" class="broken">/g), 2);
  assert.match(page, /id="DL-RESUME" data-level="MUST" data-states="known"/);
  assert.match(page, /id="DL-CANCEL" data-level="MUST" data-states="unfinished"/);
});

test("htmlReport() asks for nothing from outside, and admits no script but its own", () => {
  const page = pageOf({});
  assert.doesNotMatch(page, /(?:src|srcset|@import|url\()\s*=?\s*["'(]?(?:https?:)?\/\//);
  assert.doesNotMatch(page, /<(?:link|img|iframe|object)\b/);
  assert.match(page, /default-src &#39;none&#39;/);
  assert.equal(Array.from(page.matchAll(/<script\b/g)).length, 1);
  assert.doesNotMatch(page, / style="| on\w+="/);
});

test("htmlReport() lets no text of a record become markup", () => {
  const nasty = `</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>"' onload='x`;
  const failure = exampleFailure("DL-RESUME", nasty, {
    scenario: nasty,
    skipped: { "DL-RESUME": nasty },
    vacuity: [nasty],
    deviation: { issue: `javascript:alert(1)//${nasty}`, reason: nasty },
  });
  const page = pageOf({
    results: [failure],
    header: { subject: { name: nasty, version: nasty }, worlds: [nasty], only: [nasty] },
    materialOf: () => ({ replay: { name: nasty, content: nasty }, trace: [nasty] }),
    deviationProblems: [nasty],
  });
  assert.equal(Array.from(page.matchAll(/<script\b/g)).length, 1);
  assert.doesNotMatch(page, /<img|href="javascript:| onerror="/);
  assert.ok(page.includes("&lt;img src=x onerror=alert(1)&gt;"));
});

test("htmlReport() distinguishes a SHOULD that is not held from a broken MUST", () => {
  const page = pageOf({ results: [exampleFailure("DUR-CORE", "no sync")] });
  assert.match(page, /id="DUR-CORE" data-level="SHOULD" data-states="unkept"/);
});

test("htmlReport() says of an incomplete record why it is none", () => {
  const page = pageOf({ verdict: undefined });
  assert.match(page, /class="card incomplete"[^]*the run did not finish: 6 of 6 results/);
});

test("htmlReport() shows two runs of one version as two columns with labels of their own", () => {
  const machine = {
    os: "darwin",
    osVersion: "25",
    arch: "arm64",
    node: "24",
    filesystem: "apfs",
    isCaseSensitive: false,
  };
  const page = pageOf({}, { header: { machine } });
  assert.match(page, /example, linux x64/);
  assert.match(page, /example, darwin arm64/);
  const titles = (...all: ExampleRecordOptions[]) =>
    Array.from(pageOf(...all).matchAll(/<h3>(example[^<]*) <span/g), ([, title]) => title);
  assert.deepEqual(titles({}, { header: { seed: 8 } }, { header: { worlds: ["process"] } }), [
    "example, memory and disk, seed 7",
    "example, memory and disk, seed 8",
    "example, process",
  ]);
  assert.deepEqual(titles({}, { header: { startedAt: "2026-11-26T09:30:00.000Z" } }), [
    "example, 2026-11-25 20:00 UTC",
    "example, 2026-11-26 09:30 UTC",
  ]);
  assert.deepEqual(titles({}, {}), ["example, run 1", "example, run 2"]);
  assert.deepEqual(titles({}, { header: { subject: { name: "example", version: "2" } } }), [
    "example",
    "example",
  ]);
});

test("htmlReport() has what is broken first, then each area with what does not hold first", () => {
  const page = pageOf({}, { results: [exampleFailure("LOAD-SOUND", "it opens nothing")] });
  const order = Array.from(
    page.matchAll(/<h3>([a-z ]+)<\/h3>|<tr role="row" class="requirement" id="([A-Z-]+)"/g),
  );
  const rows = order.map(([, heading, id]) => heading ?? id);
  assert.deepEqual(rows.slice(0, 6), [
    "broken or without a verdict",
    "DL-INTEGRITY",
    "LOAD-SOUND",
    "DL-CANCEL",
    "layout",
    "LAYOUT-CASE-ID",
  ]);
  assert.equal(rows[rows.indexOf("download") + 1], "DL-RESUME");
  assert.equal(new Set(rows).size, rows.length);
});

test("htmlReport() says why a requirement is one and how it is tested, of this version's alone", () => {
  const page = pageOf({});
  assert.match(page, /<dt>Why<\/dt><dd>No MLX runtime hashes a file/);
  assert.match(page, /<dt>Judged<\/dt><dd>by hubs that send half of a file/);
  const changed = { ...REQUIREMENTS["DL-INTEGRITY"], text: "Another sentence." };
  const requirement = { type: "requirement", id: "DL-INTEGRITY", ...changed } as const;
  assert.doesNotMatch(pageOf({ requirements: [requirement] }), /<dt>Why/);
});

test("htmlReport() repeats a failure by the whole command", () => {
  const subject = { name: "mine", version: "1", command: "--once sh ./my.sh" };
  const materialOf = () => ({ replay: { name: "DL-INTEGRITY-1.json", content: "{}" } });
  assert.match(
    pageOf({ header: { subject }, materialOf }),
    /<code>mlx-conform replay DL-INTEGRITY-1\.json --once --subject &quot;sh \.\/my\.sh&quot; --trace<\/code>/,
  );
  assert.match(pageOf({ materialOf }), /<code>mlx-conform replay DL-INTEGRITY-1\.json --trace</);
});

test("htmlReport() tells a failure at the requirement that it broke, and points there from the others", () => {
  const [first] = EXAMPLE_RESULTS.filter(({ status }) => status === "fail");
  const both = { ...first, covers: ["DL-INTEGRITY", "DL-ATOMIC"] } as never;
  const page = pageOf({ results: [both] });
  assert.equal(Array.from(page.matchAll(/<pre class="story"/g)).length, 1);
  assert.match(page, /It broke <a href="#DL-INTEGRITY">/);
});
