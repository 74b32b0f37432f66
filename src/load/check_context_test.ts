import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeHost } from "../node_host.ts";
import { CheckContext } from "./check_context.ts";

function contextOfNothing(): CheckContext {
  return new CheckContext({ files: nodeHost().files, entries: [], signal: undefined });
}

test("CheckContext lists a bounded number of findings, and says how many more there are", () => {
  const context = contextOfNothing();
  for (let at = 0; at < 12_000; at++) context.refuse("missing-shard", `${at}.safetensors`, "Gone");
  const findings = context.findings();
  assert.equal(findings.length, 5_001);
  assert.deepEqual(findings.at(-1), {
    cause: "not-judged",
    path: ".",
    detail: "7000 more findings about this directory are not listed",
    level: "warning",
  });
});

test("CheckContext lists the first error behind any number of warnings", () => {
  const context = contextOfNothing();
  for (let at = 0; at < 6_000; at++) context.warn("foreign-weights", `${at}.safetensors`, "Old");
  context.refuse("missing-config", "config.json", "It has no config.json");
  assert.ok(context.findings().some(({ level }) => level === "error"));
});

test("CheckContext lists twenty findings of one kind about one file", () => {
  const context = contextOfNothing();
  for (let at = 0; at < 30; at++) context.refuse("extra-tensor", "model.safetensors", `x.${at}`);
  const findings = context.findings();
  assert.equal(findings.length, 20);
  assert.equal(findings.at(-1)?.detail, "x.19 (and 10 more of this kind)");
});
