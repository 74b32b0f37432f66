#!/usr/bin/env -S node --max-semi-space-size=2
// Network buffers are small objects that hold much memory outside the heap; a small young generation frees them in time.
import * as module from "node:module";
import { oldNodeMessage } from "./old_node_message.ts";
import { hideRuntimeWarnings } from "./runtime_warnings.ts";

hideRuntimeWarnings();

const message = oldNodeMessage("mlx-layout", process.versions.node);
if (message === undefined) {
  // Compiled once, the modules load in half the time; a directory that cannot be written is no failure.
  if ("enableCompileCache" in module) module.enableCompileCache();
  await import("./main.ts");
} else {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
