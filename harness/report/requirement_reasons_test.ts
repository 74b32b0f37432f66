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

test("requirementReasons() reads the parts of one requirement, and not its neighbours'", () => {
  const { why, judged, seenIn } = requirementReasons("DL-INTEGRITY-NAMES");
  assert.match(why, /^"Checksum error" alone .* distinguish a broken mirror from a broken disk\.$/);
  assert.match(judged, /^by the error's fields `file`/);
  assert.match(seenIn, /^huggingface_hub#2520 /);
});

test("each requirement says why it is one, and which observation breaks it", () => {
  for (const id of Object.keys(REQUIREMENTS) as RequirementId[]) {
    const { why, judged } = requirementReasons(id);
    assert.match(why, /^\S.{30,}[.?]$/, `${id}: Why`);
    assert.match(judged, /^\S.{20,}\.$/, `${id}: Judged`);
  }
});
