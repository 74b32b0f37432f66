import assert from "node:assert/strict";
import { test } from "node:test";
import { table } from "./table.ts";

test("table() makes columns as wide as their widest cell, without spaces at the end", () => {
  const rows = [
    ["a", "1", "x"],
    ["bbb", "22", ""],
    ["c", "333", "yy", "more"],
  ];
  assert.equal(table(rows, { alignRight: [1] }), "a      1  x\nbbb   22\nc    333  yy  more\n");
});

test("table() of nothing is nothing", () => {
  assert.equal(table([]), "");
});
