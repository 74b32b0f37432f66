import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { oldNodeMessage } from "./old_node_message.mjs";

test("oldNodeMessage() names the version that is needed, and lets newer ones pass", () => {
  for (const version of ["18.20.8", "20.19.5", "22.18.0"])
    assert.match(oldNodeMessage("mlx-layout", version) ?? "", /^mlx-layout: .* 22\.19 or later/);
  for (const version of ["22.19.0", "22.20.1", "24.0.0", "26.1.0-nightly"])
    assert.equal(oldNodeMessage("mlx-layout", version), undefined, version);
});

test("the oldest version is that of the package", () => {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const { engines } = JSON.parse(text) as { engines: { node: string } };
  const oldest = engines.node.replace(">=", "");
  assert.equal(oldNodeMessage("x", `${oldest}.0`), undefined);
  const [major, minor] = oldest.split(".").map(Number);
  assert.notEqual(oldNodeMessage("x", `${major}.${(minor ?? 0) - 1}.9`), undefined);
});
