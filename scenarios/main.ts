/**
 * `mlx-conform`: judges the reference and says which promises it keeps.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { EXIT_CODES } from "../harness/internal.ts";
import { runConform } from "./commands/run_conform.ts";

/** Where the worker lies: beside this file, as source or as built. */
const WORKER = fileURLToPath(
  new URL(`./commands/worker.${import.meta.url.split(".").at(-1)}`, import.meta.url),
);

// Whoever read our output may have closed it (`| head`): the verdict cannot be told, and nobody waits for it.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") process.stderr.write(`mlx-conform: ${error.message}\n`);
  process.exit(EXIT_CODES.incomplete);
});

process.exitCode = await runConform(process.argv.slice(2), {
  random: () => Math.random(),
  // Half of the time on a real disk is spent waiting for it, so there are more processes than cores.
  jobs: 2 * availableParallelism(),
  worker: WORKER,
  writeOut: (text) => process.stdout.write(text),
  writeErr: (text) => process.stderr.write(text),
});
