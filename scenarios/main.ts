/**
 * `mlx-conform`: tests an implementation and says which requirements it keeps.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { EXIT_CODES } from "../harness/suite/exit_codes.ts";
import { moduleBeside } from "./commands/module_beside.ts";
import { runConform } from "./commands/run_conform.ts";

// The reader of our output may have closed it (`| head`): the verdict is not read any more.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") process.stderr.write(`mlx-conform: ${error.message}\n`);
  process.exit(EXIT_CODES.incomplete);
});

process.exitCode = await runConform(process.argv.slice(2), {
  random: () => Math.random(),
  jobs: availableParallelism(),
  worker: moduleBeside("./commands/worker", import.meta.url),
  writeOut: (text) => process.stdout.write(text),
  writeErr: (text) => process.stderr.write(text),
  writeProgress: (text) => process.stderr.write(text),
  columns: () => (process.stderr.isTTY ? process.stderr.columns : undefined),
  onInterrupt: (listener) => {
    // A second Ctrl-C ends the process at once.
    process.once("SIGINT", listener);
    return () => process.off("SIGINT", listener);
  },
});
