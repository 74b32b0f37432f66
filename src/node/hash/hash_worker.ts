/**
 * The thread that hashes the pieces of one file after another, beside the thread that reads and judges them.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import type { HashAnswer, HashOrder } from "./hash_message.ts";

let hash: Hash | undefined;
let bytes: Uint8Array = new Uint8Array(0);

function answer(message: HashAnswer): void {
  parentPort?.postMessage(message);
}

parentPort?.on("message", (order: HashOrder) => {
  switch (order.kind) {
    case "begin":
      hash = createHash(order.algorithm).update(order.prefix);
      bytes = new Uint8Array(order.shared);
      break;
    case "piece":
      hash?.update(bytes.subarray(order.start, order.end));
      answer({ kind: "hashed" });
      break;
    case "end":
      answer({ kind: "digest", hex: hash?.digest("hex") ?? "" });
      hash = undefined;
  }
});
