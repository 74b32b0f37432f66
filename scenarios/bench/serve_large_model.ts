/**
 * A process that serves a large model on loopback until its parent is gone.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type HubFile, serveHub, SimulatedHub, tinyLlama } from "../../harness/mod.ts";

/** What the server is asked to publish. */
export interface ServeOrder {
  readonly repository: string;
  readonly shards: number;
  readonly shardBytes: number;
  /** Small files besides. */
  readonly smallFiles: number;
  /** Makes a sound llama in float16 with rows of this size instead, of 96 times its square in bytes. */
  readonly hiddenSize?: number;
  /** Bytes per second on one connection; undefined for as fast as it goes. */
  readonly bytesPerSecond?: number;
  /** How long each answer waits before its first byte, in milliseconds. */
  readonly delayMs?: number;
}

/** What the server says when it listens. */
export interface ServedModel {
  readonly endpoint: string;
  /** Each file that every client must have in the end. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

const HEAD_SIZE = 64;

process.once("message", (order: ServeOrder) => {
  void serve(order);
});
process.on("disconnect", () => process.exit(0));

async function serve(order: ServeOrder): Promise<void> {
  const { repository, bytesPerSecond, delayMs } = order;
  // Large pieces, so that the server takes little of the processor that it shares with its clients.
  const hub = new SimulatedHub({ now: () => Date.now(), style: { chunkBytes: 1024 * 1024 } });
  const files = order.hiddenSize === undefined ? filesOf(order) : soundLlama(order.hiddenSize);
  hub.publish(repository, files, { tags: ["mlx"] });
  const served = await serveHub(hub, {
    ...(bytesPerSecond !== undefined && { bytesPerSecond }),
    ...(delayMs !== undefined && { delayMs }),
  });
  const answer: ServedModel = {
    endpoint: served.endpoint,
    files: files.map(({ path, bytes }) => ({
      path,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    })),
  };
  process.send?.(answer);
}

function filesOf({ shards, shardBytes, smallFiles }: ServeOrder): HubFile[] {
  const base = tinyLlama().files.filter((file) => !file.path.endsWith(".safetensors"));
  const large = Array.from({ length: shards }, (_, at) => {
    const words = new Uint32Array(shardBytes / 4);
    for (let word = 0; word < words.length; word++) words[word] = Math.imul(word + at, 2654435761);
    const path = `model-${String(at + 1).padStart(5, "0")}-of-${String(shards).padStart(5, "0")}.safetensors`;
    return { path, bytes: new Uint8Array(words.buffer), lfs: true };
  });
  const small = Array.from({ length: smallFiles }, (_, at) => ({
    path: `extra/part_${at}.json`,
    bytes: new TextEncoder().encode(JSON.stringify({ at, text: "x".repeat(10_000) })),
    lfs: false,
  }));
  return [...base, ...large, ...small];
}

/** A model of which every value can be looked at. */
function soundLlama(hiddenSize: number): readonly HubFile[] {
  const heads = Math.ceil(hiddenSize / HEAD_SIZE);
  return tinyLlama({
    hiddenSize,
    intermediateSize: 4 * hiddenSize,
    heads,
    kvHeads: heads,
    layers: 3,
    shards: 3,
    quantization: undefined,
    dtype: "F16",
  }).files;
}
