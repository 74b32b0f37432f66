import assert from "node:assert/strict";
import { test } from "node:test";
import { SubjectFault } from "../errors.ts";
import type { SubjectOperation } from "../subjects/message.ts";
import { wellFormed } from "./well_formed.ts";

const DOWNLOADED = { directory: "/m", commit: "c", files: [], bytesFetched: 0, offline: false };

test("wellFormed() gives back an answer that has everything the contract asks for", async () => {
  assert.equal(await wellFormed("download", Promise.resolve(DOWNLOADED)), DOWNLOADED);
  assert.equal(await wellFormed("locate", Promise.resolve(undefined)), undefined);
  assert.equal(await wellFormed("locate", Promise.resolve("/m")), "/m");
  const listed = {
    directory: "/m",
    layout: "hubapi",
    modelId: "m",
    state: "complete",
    sizeBytes: 1,
  };
  const models = [{ ...listed, repository: undefined, misplaced: undefined }];
  assert.equal(await wellFormed("list", Promise.resolve(models)), models);
});

const FAULTY: readonly (readonly [SubjectOperation, unknown, RegExp])[] = [
  ["download", {}, /the answer to download: must have required property 'directory'/],
  ["download", { ...DOWNLOADED, files: [{}] }, /files\/0 must have required property 'path'/],
  ["download", { ...DOWNLOADED, offline: undefined }, /'offline'/],
  ["status", { state: "incomplete", directory: "/m" }, /'faults'/],
  ["verify", { state: "complete", directory: "/m" }, /'commit'/],
  ["status", undefined, /must be object/],
  ["list", [{}], /models\/0 must have required property 'directory'/],
  ["list", undefined, /'models'|must be array/],
  ["locate", 7, /directory must be string/],
  ["check", { directory: "/m", loadable: true, findings: [] }, /'parameterCount'/],
];

for (const [operation, answer, message] of FAULTY)
  test(`wellFormed() refuses ${JSON.stringify(answer)} as an answer to ${operation}`, async () => {
    await assert.rejects(wellFormed(operation, Promise.resolve(answer)), (error: unknown) => {
      assert.ok(error instanceof SubjectFault);
      assert.equal(error.kind, "subject-protocol");
      assert.match(error.message, message);
      return true;
    });
  });

test("wellFormed() passes a failure on as it is", async () => {
  const failure = new RangeError("no");
  await assert.rejects(wellFormed("status", Promise.reject(failure)), failure);
});
