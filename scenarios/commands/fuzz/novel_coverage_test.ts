import assert from "node:assert/strict";
import { test } from "node:test";
import { nextPage } from "../../../src/hub/next_page.ts";
import { NovelCoverage } from "./novel_coverage.ts";

test("NovelCoverage notices the first input that reaches a branch, and no second one", () => {
  const coverage = new NovelCoverage();
  const read = (link: string) => nextPage({ url: "https://hub.test/api", link });
  read("<a>; rel=next");
  assert.ok(coverage.isNovel());
  read("<b>; rel=next");
  assert.ok(!coverage.isNovel());
  read('<b>; rel="next"; x="\\"y"');
  assert.ok(coverage.isNovel());
  assert.ok(coverage.branches > 5);
});
