import assert from "node:assert/strict";
import { test } from "node:test";
import { HarnessError, SubjectFault } from "../errors.ts";
import { CaseTimeout, requirementOf, statusOfError } from "./classify_error.ts";
import { RequirementBroken } from "./verdict.ts";

const REJECTION = Object.assign(new Error("full"), { code: "disk-full" });

test("requirementOf() blames a rejection of the subject on what the scenario is mainly about", () => {
  assert.equal(
    requirementOf(new RequirementBroken("DL-RESUME", { detail: "x" }), ["DL-PEAK"]),
    "DL-RESUME",
  );
  assert.equal(requirementOf(REJECTION, ["DL-PEAK", "DL-RESUME"]), "DL-PEAK");
  assert.equal(requirementOf(REJECTION), "LAYOUT-AGREE");
  for (const error of [new HarnessError("x"), new TypeError("x"), undefined, "x"])
    assert.equal(requirementOf(error, ["DL-PEAK"]), undefined);
});

test("statusOfError() distinguishes the subject's faults from the harness's", () => {
  assert.equal(statusOfError(new RequirementBroken("DL-RESUME", { detail: "x" })), "fail");
  assert.equal(statusOfError(REJECTION), "fail");
  assert.equal(statusOfError(new CaseTimeout("x")), "timeout");
  assert.equal(statusOfError(new SubjectFault("subject-crash", "x")), "subject-crash");
  assert.equal(statusOfError(new HarnessError("x")), "error");
});
