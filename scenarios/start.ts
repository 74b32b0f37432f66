#!/usr/bin/env node
/**
 * The entry point of `mlx-conform`: refuses a Node that is too old with a message.
 *
 * @module
 */

import { oldNodeMessage } from "../src/cli/old_node_message.ts";
import { hideRuntimeWarnings } from "../src/cli/runtime_warnings.ts";

hideRuntimeWarnings();

const message = oldNodeMessage("mlx-conform", process.versions.node);
if (message === undefined) await import("./main.ts");
else {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
