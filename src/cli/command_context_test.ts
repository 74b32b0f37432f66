import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { modelRoot } from "./command_context.ts";

const ROOT = resolve("/default");

test("modelRoot() prefers the option, then the variable, then the default", () => {
  const env = { MLX_LAYOUT_ROOT: "/variable" };
  assert.equal(modelRoot("/option", { root: ROOT, env }), resolve("/option"));
  assert.equal(modelRoot(undefined, { root: ROOT, env }), resolve("/variable"));
  assert.equal(modelRoot(undefined, { root: ROOT, env: {} }), ROOT);
});

test("modelRoot() ignores an empty variable", () => {
  assert.equal(modelRoot(undefined, { root: ROOT, env: { MLX_LAYOUT_ROOT: "" } }), ROOT);
});

test("modelRoot() makes a relative path absolute", () => {
  assert.equal(modelRoot("models", { root: ROOT, env: {} }), resolve("models"));
});

test("modelRoot() replaces a leading ~ by the home directory and nothing else", () => {
  const env = { HOME: "/home/ada" };
  assert.equal(modelRoot("~", { root: ROOT, env }), resolve("/home/ada"));
  assert.equal(modelRoot("~/Models", { root: ROOT, env }), resolve("/home/ada/Models"));
  assert.equal(modelRoot("~other/x", { root: ROOT, env }), resolve("~other/x"));
  assert.equal(modelRoot("/a/~/b", { root: ROOT, env }), resolve("/a/~/b"));
  assert.equal(modelRoot("~/x", { root: ROOT, env: {} }), resolve("~/x"));
});
