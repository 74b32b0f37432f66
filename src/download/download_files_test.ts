import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryWorld } from "../../harness/worlds/mod.ts";
import { SharedModelManager } from "../shared_model_manager.ts";

const REPOSITORY = "mlx-community/Update-4bit";
const REQUEST = { repository: REPOSITORY, include: ["*.safetensors"] };
const SIZE_BYTES = 40_000;
/** For plans, locks, metadata and markers. */
const STATE_BYTES = 20_000;

/** A download that broke off, and new weights of the hub since then. */
async function brokenOff(availableBytes: number, sizesBytes: readonly [number, number]) {
  const subject = {
    name: "reference",
    version: "0",
    start: (...[host, config]: ConstructorParameters<typeof SharedModelManager>) =>
      new SharedModelManager(host, config),
  };
  const world = await memoryWorld(subject, { availableBytes });
  const publish = (sizeBytes: number, value: number) =>
    world.hub.publish(
      REPOSITORY,
      [
        {
          path: "model.safetensors",
          bytes: new Uint8Array(sizeBytes).map((_, at) => (at * value) % 251),
          lfs: true,
        },
      ],
      { tags: ["mlx"] },
    );
  publish(sizesBytes[0], 3);
  world.hub.faults = [
    { match: { kind: "cdn" }, do: { type: "cut", atByte: 30_000, how: "rst" } },
    { match: { kind: "cdn", nth: "all" }, do: { type: "refuse" } },
  ];
  await assert.rejects(world.start().download(REQUEST));
  world.hub.faults = [];
  publish(sizesBytes[1], 7);
  return world;
}

test("where room is short, the kept bytes of what is no longer wanted make room", async () => {
  const world = await brokenOff(SIZE_BYTES + STATE_BYTES, [SIZE_BYTES, SIZE_BYTES]);
  const { bytesFetched } = await world.start().download(REQUEST);
  assert.equal(bytesFetched, SIZE_BYTES);
});

test("a download that would not fit even so is refused, and leaves the kept bytes alone", async () => {
  const world = await brokenOff(SIZE_BYTES + STATE_BYTES, [SIZE_BYTES, 2 * SIZE_BYTES]);
  const beforeBytes = await world.files.availableBytes(world.root);
  await assert.rejects(world.start().download(REQUEST), { code: "disk-full" });
  assert.equal(await world.files.availableBytes(world.root), beforeBytes);
});
