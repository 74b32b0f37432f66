import assert from "node:assert/strict";
import { test } from "node:test";
import { type GivenToRun, jobsOf } from "./run_options.ts";

const GIVEN: GivenToRun = { seed: 1, runs: 30, replays: ".", examples: true, all: false };

test("jobsOf() gives a program, which is waited for, more processes than there are cores", () => {
  assert.equal(jobsOf(GIVEN, 2), 2);
  assert.equal(jobsOf({ ...GIVEN, subject: "wget" }, 2), 4);
  assert.equal(jobsOf({ ...GIVEN, subject: "wget", jobs: 3 }, 2), 3);
});
