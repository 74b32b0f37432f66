/**
 * A worker thread that computes its part of every pass.
 *
 * @module
 */

import { parentPort, workerData } from "node:worker_threads";
import { servePasses } from "./serve_passes.ts";
import type { ComputeOrder } from "./compute_threads.ts";

const { setup, index } = workerData as ComputeOrder;

parentPort?.postMessage("ready");
servePasses(setup, index, () => parentPort?.postMessage("done"));
