import assert from "node:assert/strict";
import { test } from "node:test";
import { nearNames } from "./near_names.ts";

const NAMES = ["README.md", "config.json", "model.safetensors", "tokenizer.json", "voices/af.pt"];

test("nearNames() puts the most alike first", () => {
  assert.deepEqual(nearNames(["model*.safetensor"], NAMES, 1), ["model.safetensors"]);
  assert.deepEqual(nearNames(["voice/*"], NAMES, 1), ["voices/af.pt"]);
  assert.deepEqual(nearNames(["Config.JSON"], NAMES, 1), ["config.json"]);
});

test("nearNames() gives no more than there are, also for a pattern that is like nothing", () => {
  assert.deepEqual(nearNames(["*"], NAMES, 9), NAMES);
  assert.deepEqual(nearNames(["*.gguf"], [], 3), []);
});
