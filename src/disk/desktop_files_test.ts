import assert from "node:assert/strict";
import { test } from "node:test";
import { isDesktopFile } from "./desktop_files.ts";

test("isDesktopFile() knows what desktops leave, and nothing else", () => {
  for (const name of [".DS_Store", "a/b/.DS_Store", "._config.json", "Thumbs.db", "desktop.ini"])
    assert.ok(isDesktopFile(name), name);
  for (const name of [
    "config.json",
    ".cache",
    ".downloaded",
    ".DS_Store.json",
    "._",
    "my desktop.ini",
  ])
    assert.ok(!isDesktopFile(name), name);
});
