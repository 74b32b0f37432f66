import assert from "node:assert/strict";
import { test } from "node:test";
import { exists } from "../harness/disk/mod.ts";
import { tinyLlama } from "../harness/models/mod.ts";
import { memoryWorld } from "../harness/worlds/mod.ts";
import { SharedModelManager } from "./shared_model_manager.ts";

const REPOSITORY = "mlx-community/Tiny-4bit";

/** A world with a model that is downloaded, and the manager that did it. */
async function withModel() {
  let manager: SharedModelManager | undefined;
  const world = await memoryWorld({
    name: "reference",
    version: "0",
    start: (host, config) => (manager = new SharedModelManager(host, config)),
  });
  const { files } = tinyLlama();
  world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
  const { directory } = await world.start().download({ repository: REPOSITORY });
  assert.ok(manager !== undefined);
  return { world, manager, directory, files };
}

test("a plan of a model that is there keeps each file, and fetches what is away", async () => {
  const { world, manager, directory, files } = await withModel();
  const plan = await manager.planDownload({ repository: REPOSITORY });
  assert.equal(plan.bytesToFetch, 0);
  const sizes = new Map(files.map(({ path, bytes }) => [path, bytes.length]));
  for (const { path, sizeBytes, action, bytesKept } of plan.files)
    assert.deepEqual(
      [sizeBytes, action, bytesKept],
      [sizes.get(path), "keep", sizes.get(path)],
      path,
    );
  await world.files.unlink(`${directory}/config.json`);
  const again = await manager.planDownload({ repository: REPOSITORY });
  const other = again.files.filter(({ action }) => action !== "keep");
  assert.deepEqual(
    other.map(({ path, action }) => [path, action]),
    [["config.json", "fetch"]],
  );
});

test("a copy that is named by its directory is removed, and it alone", async () => {
  const { world, manager, directory } = await withModel();
  const neighbour = "mlx-community/Neighbour-4bit";
  world.hub.publish(neighbour, tinyLlama().files, { tags: ["mlx"] });
  const other = await manager.download({ repository: neighbour });
  const removed = await manager.removeDirectory(directory);
  assert.equal(removed.directory, directory);
  assert.ok(removed.bytesFreed > 0);
  assert.equal(await exists(world.files, directory), false);
  assert.equal(await exists(world.files, `${other.directory}/config.json`), true);
});
