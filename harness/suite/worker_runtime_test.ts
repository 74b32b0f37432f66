import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { workerRuntime } from "./worker_runtime.ts";

const TSX = [
  "--require",
  "/a/node_modules/tsx/dist/preflight.cjs",
  "--import",
  "file:///a/node_modules/tsx/dist/loader.mjs",
];

describe("workerRuntime", () => {
  it("leaves the loader out where Node reads the source itself", () => {
    for (const own of [TSX, ["--import", "tsx"], ["--import=tsx"]]) {
      const options = workerRuntime(["--trace-uncaught", ...own], { node: "24.21.0" });
      assert.equal(options[0], "--trace-uncaught");
      assert.equal(options.join(" ").includes("tsx"), false);
    }
  });

  it("keeps other modules that are loaded first", () => {
    const own = ["--import", "./mine.mjs", "--require=/a/other.cjs"];
    assert.deepEqual(workerRuntime(own, { node: "24.21.0" }).slice(0, 3), own);
  });

  it("keeps the loader for an older Node", () => {
    assert.deepEqual(workerRuntime(TSX, { node: "22.19.0" }).slice(0, 4), TSX);
  });

  it("gives another runtime only what this process has", () => {
    assert.deepEqual(workerRuntime(["--x"], { node: "24.0.0", bun: "1.4.5" }), ["--x"]);
    assert.deepEqual(workerRuntime([], { node: "24.0.0", deno: "2.9.6" }), []);
  });
});
