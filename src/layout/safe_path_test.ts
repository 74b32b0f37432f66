import assert from "node:assert/strict";
import { test } from "node:test";
import { assertSafePath } from "./safe_path.ts";

const SAFE = [
  "config.json",
  "1_Pooling/config.json",
  ".gitattributes",
  ".gitignore",
  "a/.github",
  "git/x.json",
  "größe.json",
  "a".repeat(255),
];

/** One or more paths for each reason to refuse one. */
const UNSAFE = [
  "",
  "\ud800",
  "a\u0000b",
  "a\nb",
  "a\\b",
  "/etc/passwd",
  "C:/a",
  "../evil.json",
  "a/../b",
  "./a",
  "a//b",
  "a/",
  "a. ",
  "a./b",
  "NUL",
  "con.json",
  "a/lpt1.txt",
  "a".repeat(256),
  ".cache/x",
  ".Cache/x",
  ".downloaded",
  ".DOWNLOADED/x",
  ".\u200cdownloaded",
  ".git/config",
  "a/.GIT/config",
  "sub/.git",
  "git~1/config",
  "GIT~2",
  ".g\u200cit/config",
  "\ufeff.git/hooks/x",
  ".git./config",
  ".git::$INDEX_ALLOCATION/config",
  "config.json:stream",
  "a/b:c.json",
];

test("assertSafePath() accepts the paths of models", () => {
  for (const path of SAFE) assertSafePath(path);
});

test("assertSafePath() refuses every path that leaves the directory or that a disk refuses", () => {
  for (const path of UNSAFE)
    assert.throws(() => assertSafePath(path), { code: "unsafe-path", file: path }, path);
});
