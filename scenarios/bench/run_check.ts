/**
 * A process that checks or verifies a downloaded model once, or hashes its files with openssl, as its parent asks, and reports how long it took.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { nodeHost, SharedModelManager } from "../../src/mod.ts";
import { measure, type Measurement } from "./measure.ts";

/** What the process is asked to do. */
export interface CheckOrder {
  readonly work: CheckWork;
  readonly root: string;
  readonly repository: string;
  /** Paths of all files. */
  readonly paths: readonly string[];
}

/** `check` looks at every tensor, and `verify` compares every file with its recorded hash. */
export type CheckWork = "check" | "verify" | "openssl";

process.once("message", (order: CheckOrder) => {
  void run(order);
});

async function run({ work, root, repository, paths }: CheckOrder): Promise<void> {
  const report: Measurement = await measure(
    async () => {
      if (work === "openssl") {
        await promisify(execFile)("openssl", ["dgst", "-sha256", ...paths]);
        return;
      }
      const manager = new SharedModelManager(nodeHost(), { root, env: {} });
      const isWhole =
        work === "check"
          ? (await manager.check({ repository })).loadable
          : (await manager.verify({ repository })).state === "complete";
      if (!isWhole) throw new Error(`The model in "${root}" is not whole`);
    },
    { isProgram: work === "openssl" },
  );
  process.send?.(report, () => process.exit(0));
}
