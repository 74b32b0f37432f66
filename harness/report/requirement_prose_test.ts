import assert from "node:assert/strict";
import { test } from "node:test";
import { REQUIREMENTS, type RequirementId } from "../../spec/mod.ts";
import { requirementProse } from "./requirement_prose.ts";

const IDS = Object.keys(REQUIREMENTS) as RequirementId[];

test("requirementProse() reads the parts of a requirement as one line each, and not its neighbours'", () => {
  const { why, judged, seenIn } = requirementProse("DL-INTEGRITY-NAMES");
  assert.match(why, /^"Checksum error" alone .* distinguish a broken mirror from a broken disk\.$/);
  assert.match(judged, /^by the error's fields `file`/);
  assert.match(seenIn, /^huggingface_hub#2520 /);
});

test("each requirement says why it is one, and which observation breaks it", () => {
  for (const id of IDS) {
    const { why, judged } = requirementProse(id);
    assert.match(why, /^\S.{30,}[.?]$/, `${id}: Why`);
    assert.match(judged, /^\S.{20,}\.$/, `${id}: Judged`);
  }
});
