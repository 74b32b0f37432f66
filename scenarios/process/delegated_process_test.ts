/**
 * The real downloader of mlx-lm, in a child process of ours: what it does well is a success, and a wrong bit that it does not
 * notice is an error.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { findPython } from "../../harness/subjects/find_python.ts";
import {
  processWorld,
  startProgram,
  tinyLlama,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const ADAPTER = fileURLToPath(new URL("../reference/delegated_adapter.ts", import.meta.url));
const SOUND = "mlx-community/Sound-4bit";
const DAMAGED = "mlx-community/Damaged-4bit";
const skip = findPython() === undefined ? "no Python with mlx-lm: npm run subjects" : false;

test("mlx-lm's own downloader is judged by our rules", { skip, timeout: 120_000 }, async () => {
  const subject = await startProgram([process.execPath, ADAPTER, "--by", "mlx-lm"], {
    env: { MLX_LAYOUT_PYTHON: findPython() ?? "" },
  });
  await using world = await processWorld(subject);
  const { files } = tinyLlama();
  for (const repository of [SOUND, DAMAGED])
    world.hub.publish(repository, files, { tags: ["mlx"] });
  const manager = world.start();
  const { directory } = await manager.download({ repository: SOUND });
  assert.deepEqual(await wrongFiles(world, directory, wantedFiles(files)), []);

  world.hub.faults = (["resolve", "cdn"] as const).map((kind) => ({
    match: { kind, path: "*model.safetensors", nth: "all" },
    do: { type: "flip", atByte: 3000 },
  }));
  await assert.rejects(manager.download({ repository: DAMAGED }), { code: "integrity" });
  assert.ok(world.hub.firedCounts().some((count) => count > 0));
});
