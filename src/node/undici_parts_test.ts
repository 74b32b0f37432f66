import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { undiciParts } from "./undici_parts.ts";

const isNode = !["bun", "deno"].some((name) => name in process.versions);

test("undiciParts() loads the pinned package's own modules, and on Node no others", async () => {
  const { Agent, request } = await undiciParts();
  assert.equal(typeof request, "function");
  const { cache } = createRequire(import.meta.url);
  const loaded = Object.keys(cache).filter((path) => /[\\/]undici[\\/]index\.js$/.test(path));
  if (isNode) assert.deepEqual(loaded, []);
  assert.equal(Agent, (await import("undici")).Agent);
});
