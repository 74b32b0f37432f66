/**
 * Shares on the machine's own volumes, with the file system behind the port.
 */
import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { serveHub, SimulatedHub, tinyLlama } from "../../harness/mod.ts";
import { nodeHost } from "../node_host.ts";
import { SharedModelManager } from "../shared_model_manager.ts";

/** A volume in memory that Linux has, beside the one of temporary files. */
const OTHER_VOLUME = "/dev/shm";
const hasTwo = existsSync(OTHER_VOLUME) && statSync(OTHER_VOLUME).dev !== statSync(tmpdir()).dev;
const REPOSITORY = "mlx-community/Tiny-4bit";
const WEIGHTS = "model.safetensors";

test(
  "a store on another volume gets a copy, said before and only when asked for",
  { skip: !hasTwo && "no second volume" },
  async () => {
    const into = await mkdtemp(join(OTHER_VOLUME, "mlx-layout-share-"));
    try {
      await withModel(async ({ manager, directory }) => {
        const request = { repository: REPOSITORY, into, layout: "lmstudio" } as const;
        const plan = await manager.share({ ...request, step: "plan" });
        const size = (await stat(join(directory, WEIGHTS))).size;
        assert.ok(plan.bytesTaken > size);
        assert.equal(plan.files.find(({ path }) => path === WEIGHTS)?.way, "copy");
        const refused = manager.share({ ...request, step: "share" });
        await assert.rejects(refused, {
          code: "unsupported",
          message: /without copying \d+ bytes/,
        });
        assert.deepEqual(await readdir(into), []);
        const { to } = await manager.share({ ...request, mayCopy: true, step: "share" });
        assert.deepEqual(
          await readFile(join(to, WEIGHTS)),
          await readFile(join(directory, WEIGHTS)),
        );
        await manager.share({ ...request, step: "undo" });
        assert.deepEqual(await readdir(into), []);
      });
    } finally {
      await rm(into, { recursive: true, force: true });
    }
  },
);

test("on one volume weights have a second name, and nothing but the model is in the store", async () => {
  await withModel(async ({ manager, directory, top }) => {
    for (const layout of ["lmstudio", "hf-cache", "flat", "hubapi"] as const) {
      const into = join(top, layout);
      const request = { repository: REPOSITORY, into, layout } as const;
      const { to, files } = await manager.share({ ...request, step: "share" });
      const [one, two] = [await stat(join(directory, WEIGHTS)), await stat(join(to, WEIGHTS))];
      assert.equal(one.ino, two.ino, layout);
      const found = (await readdir(to, { recursive: true, withFileTypes: true }))
        .filter((entry) => !entry.isDirectory() && !entry.name.endsWith(".metadata"))
        .map(({ name }) => name);
      assert.deepEqual(found.toSorted(), files.map(({ path }) => path).toSorted(), layout);
      await manager.share({ ...request, step: "undo" });
      assert.deepEqual(await readdir(into), [], layout);
    }
    const { state } = await manager.verify({ repository: REPOSITORY });
    assert.equal(state, "complete");
  });
});

/** A model that was downloaded, in a home of its own. */
async function withModel(
  action: (home: {
    readonly top: string;
    readonly manager: SharedModelManager;
    readonly directory: string;
  }) => Promise<void>,
): Promise<void> {
  const top = await mkdtemp(join(tmpdir(), "mlx-layout-share-"));
  const hub = new SimulatedHub({ now: () => Date.now() });
  const served = await serveHub(hub);
  try {
    hub.publish(REPOSITORY, tinyLlama().files, { tags: ["mlx"] });
    const env = { HOME: top, HF_ENDPOINT: served.endpoint };
    const manager = new SharedModelManager(nodeHost(), { root: join(top, "Models"), env });
    const { directory } = await manager.download({ repository: REPOSITORY });
    await action({ top, manager, directory });
  } finally {
    await served.close();
    await rm(top, { recursive: true, force: true });
  }
}
