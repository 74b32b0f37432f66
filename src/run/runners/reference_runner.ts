#!/usr/bin/env node
/**
 * The reference runner as a program of its own: the runner protocol on standard input and output.
 *
 * @module
 */

import { createInterface } from "node:readline";
import { nodeHost } from "../../node_host.ts";
import { ReferenceSession } from "../reference_session.ts";
import { serveRunner } from "../serve_runner.ts";

// Who read the output is gone: there is nothing left to do.
process.stdout.on("error", () => process.exit(0));

await serveRunner(new ReferenceSession(nodeHost().files), {
  input: createInterface({ input: process.stdin }),
  say: (event) => void process.stdout.write(`${JSON.stringify(event)}\n`),
});
