/**
 * A process that serves a large model on loopback until its parent is gone.
 *
 * @module
 */

import { type HubFile, serveHub, SimulatedHub, tinyLlama } from "../../harness/mod.ts";

/** What the server is asked to publish. */
export interface ServeOrder {
  readonly repository: string;
  readonly shards: number;
  readonly shardBytes: number;
  /** Small files besides. */
  readonly smallFiles: number;
  /** Bytes per second on one connection; undefined for as fast as it goes. */
  readonly bytesPerSecond?: number;
}

process.once("message", (order: ServeOrder) => {
  void serve(order);
});
process.on("disconnect", () => process.exit(0));

async function serve(order: ServeOrder): Promise<void> {
  const { repository, bytesPerSecond } = order;
  const hub = new SimulatedHub({ now: () => Date.now() });
  hub.publish(repository, filesOf(order), { tags: ["mlx"] });
  const served = await serveHub(hub, bytesPerSecond === undefined ? {} : { bytesPerSecond });
  process.send?.(served.endpoint);
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
