#!/usr/bin/env node
/**
 * What `mlx-conform` begins with: it tells whoever has too old a Node.
 *
 * @module
 */

import { oldNodeMessage } from "../src/cli/old_node_message.ts";

const message = oldNodeMessage("mlx-conform", process.versions.node);
if (message === undefined) await import("./main.ts");
else {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
