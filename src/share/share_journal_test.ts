import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { shareJournalPath } from "./share_journal.ts";

const nameFor = (root: string, into: string) =>
  basename(shareJournalPath(root, { repository: "org/name", into, layout: "lmstudio" }));

test("a journal of a share has the same name after its root was moved", () => {
  assert.equal(nameFor("/a", "/a/store"), nameFor("/b/c", "/b/c/store"));
  assert.equal(nameFor("/a", "/a"), nameFor("/b/c", "/b/c"));
});

test("a journal of a share is that of one store and one layout", () => {
  const names = ["/a", "/a/store", "/elsewhere", "/elsewhere/store"].map((into) =>
    nameFor("/a", into),
  );
  assert.equal(new Set(names).size, names.length);
});
