/** A process stands still at each call that it makes, one after the other, and another one finishes meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contentBytes, tinyLlama } from "../../harness/internal.ts";
import { memoryWorld, modelPlace, wantedFiles, wrongFiles } from "../../harness/mod.ts";
import { MARKER_NAME } from "../../spec/mod.ts";
import { reference } from "../reference/reference.ts";

const REPOSITORY = "mlx-community/EveryCall";
/** Every call takes minutes; `MLX_LAYOUT_EVERY_CALL=1` asks for it. */
const STEP = process.env["MLX_LAYOUT_EVERY_CALL"] === undefined ? 13 : 1;
const FILES = tinyLlama().files;

for (const other of ["download", "remove"] as const) {
  test(`a process that stood still at any call leaves alone what a ${other} has made`, async (t) => {
    let [atCall, wasReached, lost] = [0, true, 0];
    while (wasReached) {
      atCall += STEP;
      const outcome = await standStillAt(atCall, other);
      wasReached = outcome.wasReached;
      if (outcome.code === "claim-lost") lost++;
      else assert.ok([undefined, "cancelled"].includes(outcome.code), outcome.code);
    }
    t.diagnostic(`${atCall - STEP} calls; at ${lost} the download said that it lost the model`);
    assert.ok(atCall > 50, `only ${atCall} calls were made`);
  });
}

/** @returns how the download that stood still ended, and whether it made so many calls at all */
async function standStillAt(atCall: number, other: "download" | "remove") {
  await using world = await memoryWorld(reference);
  world.hub.publish(REPOSITORY, FILES, { tags: ["mlx"] });
  const request = { repository: REPOSITORY };
  let code: string | undefined;
  const startMs = world.clock.now();
  const standing = world
    .start({ standStill: { atCall, durationMs: 3_600_000 } })
    .download(request)
    .then(
      () => {},
      (error: unknown) => {
        code = error instanceof Error && "code" in error ? String(error.code) : String(error);
      },
    );
  const second = world.start();
  if (other === "download") await second.download(request);
  // It comes when there is something to remove, or the first one has ended.
  else {
    await Promise.race([world.clock.sleep(1000), standing]);
    await second.remove(request).catch((error: unknown) => {
      assert.ok(error instanceof Error && "code" in error && error.code === "not-downloaded");
    });
  }
  await standing;
  const directory = modelPlace(world, REPOSITORY);
  const wrong = await wrongFiles(world, directory, wantedFiles(FILES));
  const isMarked = await world.files.stat(`${directory}/${MARKER_NAME}`).then(
    () => true,
    () => false,
  );
  if (other === "download") assert.deepEqual(wrong, [], `at call ${atCall}`);
  else if (isMarked) assert.deepEqual(wrong, [], `at call ${atCall}: a marker without its files`);
  const before = contentBytes(world.hub.log);
  await world.start().download(request);
  if (other === "download") assert.equal(contentBytes(world.hub.log), before, `at call ${atCall}`);
  assert.deepEqual(await wrongFiles(world, directory, wantedFiles(FILES)), []);
  return { code, wasReached: world.clock.now() - startMs >= 3_600_000 };
}
