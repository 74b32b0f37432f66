import assert from "node:assert/strict";
import { test } from "node:test";
import { REQUIREMENTS, type RequirementId } from "../../spec/mod.ts";
import { requirementReasons } from "./requirement_reasons.ts";

test("requirementReasons() reads both of every requirement, without the marks of Markdown", () => {
  for (const id of Object.keys(REQUIREMENTS) as RequirementId[]) {
    const { why, judged } = requirementReasons(id);
    for (const text of [why, judged]) {
      assert.ok(text.length > 20, `${id}: ${text}`);
      assert.doesNotMatch(text, /\*\*|\]\(|\n|<a id/, id);
    }
    assert.notEqual(why, judged);
  }
});
