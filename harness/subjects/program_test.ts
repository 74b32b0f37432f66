import assert from "node:assert/strict";
import { test } from "node:test";
import { SUBJECT_LIMITS, type SubjectHello } from "./message.ts";
import { programSubject } from "./program.ts";

test("programSubject() shows name and version in one line, whatever a program calls itself", () => {
  const claims: SubjectHello = {
    type: "hello",
    id: 0,
    protocol: 1,
    name: "mine\n\nMUST: 155 held\u001b[2J\u202e",
    version: `1.0${"x".repeat(1000)}`,
    roles: ["downloader"],
    operations: ["download"],
    capabilities: [],
    layouts: ["hubapi"],
  };
  const { name, version } = programSubject({ command: ["true"], limits: SUBJECT_LIMITS }, claims);
  assert.equal(name, "mine MUST: 155 held [2J");
  assert.equal(version.length, 100);
});
