/**
 * The threads of this platform behind the engine's port.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { ModelError } from "../../../errors.ts";
import type { ComputeThreads, EngineSetup } from "../engine_setup.ts";
import { ForwardPass } from "../forward_pass.ts";
import { CONTROL, ThreadTeam } from "./thread_team.ts";

/** How many threads this machine can run at once. */
export function coreCount(): number {
  return availableParallelism();
}

/** What a thread is started with. */
export interface ComputeOrder {
  readonly setup: EngineSetup;
  readonly index: number;
}

/** Starts one worker thread for each part of the work. */
export function startThreads(setup: EngineSetup): ComputeThreads {
  const control = new Int32Array(setup.control);
  // Beside this module, compiled or not.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const url = new URL(`./compute_worker.${extension}`, import.meta.url);
  let failure: ModelError | undefined;
  let settle: { resolve: () => void; reject: (reason: unknown) => void } | undefined;
  const fail = (error: ModelError) => {
    failure ??= error;
    settle?.reject(failure);
  };
  const workers = Array.from({ length: setup.threadCount }, (_, index) => {
    const worker = new Worker(url, { workerData: { setup, index } satisfies ComputeOrder });
    // A thread that was just started says first that it is ready: its first order waits for it.
    worker.on("message", (message) => {
      if (message === "done") settle?.resolve();
    });
    worker.on("error", (cause) =>
      fail(new ModelError("internal", `Computing failed: thread ${index} failed`, { cause })),
    );
    worker.on("exit", () =>
      fail(new ModelError("internal", `Computing failed: thread ${index} ended`)),
    );
    // A model that nobody uses must not keep the process alive.
    worker.unref();
    return worker;
  });
  return {
    async run() {
      if (failure !== undefined) throw failure;
      for (const worker of workers) worker.ref();
      try {
        await new Promise<void>((resolve, reject) => {
          settle = { resolve, reject };
          Atomics.add(control, CONTROL.ordered, 1);
          Atomics.notify(control, CONTROL.ordered);
        });
      } finally {
        settle = undefined;
        for (const worker of workers) worker.unref();
      }
    },
    async close() {
      fail(new ModelError("cancelled", "Computing ended: the model was closed"));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Computes in the calling thread, for models so small that threads would cost more than they give. */
export function computeHere(setup: EngineSetup): ComputeThreads {
  const control = new Int32Array(setup.control);
  const pass = new ForwardPass(setup, new ThreadTeam(control, { index: 0, count: 1 }));
  let isClosed = false;
  return {
    async run() {
      // Others get their turn, among them a caller that wants to cancel.
      await setImmediate();
      if (isClosed) {
        throw new ModelError("cancelled", "Computing ended: the model was closed");
      }
      Atomics.add(control, CONTROL.ordered, 1);
      pass.run();
    },
    async close() {
      isClosed = true;
    },
  };
}
