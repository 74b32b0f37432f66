import assert from "node:assert/strict";
import { test } from "node:test";
import { printJson } from "./print_json.ts";

test("printJson() prints no control character, and loses none", () => {
  const path = "a\u0000\u001b\u007f\u0085\u009b\u00a0é.json";
  const written: string[] = [];
  printJson({ write: (text) => written.push(text) }, "path", { path });
  const [line = ""] = written;
  assert.equal(line.replace(/\p{Cc}/gu, "?"), `${line.slice(0, -1)}?`);
  assert.ok(line.endsWith("\n"));
  assert.equal((JSON.parse(line) as { path: string }).path, path);
});
