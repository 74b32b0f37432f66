/**
 * What is downloaded in a measurement, and by whom.
 *
 * @module
 */

import type { ClientName } from "./run_client.ts";
import type { ServeOrder } from "./serve_large_model.ts";

/** One piece of work that all clients do. */
export interface BenchWork {
  readonly name: string;
  readonly order: Omit<ServeOrder, "repository">;
  /** Whether the second download of the same model is what is measured. @default {false} */
  readonly isAgain?: boolean;
  /** @default {all} */
  readonly clients?: readonly ClientName[];
}

const MIB = 1024 * 1024;
/** A way of 50 ms, on which one connection brings 20 MB/s. */
const FAR = { delayMs: 50, bytesPerSecond: 20_000_000 };
const SHARDS = { shards: 4, shardBytes: 512 * MIB, smallFiles: 0 };
/** The most that one call of `crypto` hashes. */
const ONE = { shards: 1, shardBytes: 2047 * MIB, smallFiles: 0 };
const SMALL = { shards: 1, shardBytes: MIB, smallFiles: 2000 };

/** What `mlx-conform bench download` measures. */
export const BENCH_WORK: readonly BenchWork[] = [
  { name: "4 x 512 MiB", order: SHARDS },
  { name: "1 x 2047 MiB", order: ONE },
  { name: "2,000 small files", order: SMALL },
  { name: "9 small files", order: { shards: 1, shardBytes: MIB, smallFiles: 5 } },
  { name: "4 x 512 MiB, far away", order: { ...SHARDS, ...FAR } },
  { name: "1 x 2047 MiB, far away", order: { ...ONE, ...FAR } },
  { name: "2,000 small files, far away", order: { ...SMALL, ...FAR } },
  {
    name: "nothing to do, 2047 MiB",
    order: ONE,
    isAgain: true,
    clients: ["reference", "huggingface_hub"],
  },
];
