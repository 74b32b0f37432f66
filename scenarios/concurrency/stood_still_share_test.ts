/** A share stands still at each call that it makes, one after the other, and another process works on the same place meanwhile. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { memoryWorld, sharedPlace } from "../../harness/internal.ts";
import { tinyLlama, type World, wantedFiles, wrongFiles } from "../../harness/mod.ts";
import { reference } from "../reference/reference.ts";

const REPOSITORY = "mlx-community/EveryCall";
/** Every call takes minutes; `MLX_LAYOUT_EVERY_CALL=1` asks for it. */
const STEP = process.env["MLX_LAYOUT_EVERY_CALL"] === undefined ? 23 : 1;
const PATHS = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
const FILES = wantedFiles(tinyLlama().files).filter(({ path }) => PATHS.includes(path));

/** What the other process does, and whether the store must have the model in the end. */
const OTHERS = {
  "a share": { steps: ["share"], isShared: true },
  "a share and its undoing": { steps: ["share", "undo"], isShared: false },
} as const;

for (const layout of ["lmstudio", "hf-cache"] as const) {
  for (const [name, other] of Object.entries(OTHERS)) {
    test(`a share into ${layout} that stood still at any call leaves alone what ${name} has made`, async (t) => {
      let [atCall, wasReached, lost] = [0, true, 0];
      while (wasReached) {
        atCall += STEP;
        const outcome = await standStillAt(atCall, other, layout);
        wasReached = outcome.wasReached;
        if (outcome.code === "claim-lost") lost++;
      }
      t.diagnostic(`${atCall - STEP} calls; at ${lost} the share said that it lost the place`);
      assert.ok(atCall > 50, `only ${atCall} calls were made`);
    });
  }
}

/** @returns how the share that stood still ended, and whether it made so many calls at all */
async function standStillAt(
  atCall: number,
  other: (typeof OTHERS)[keyof typeof OTHERS],
  layout: "lmstudio" | "hf-cache",
) {
  await using world = await memoryWorld(reference);
  world.hub.publish(REPOSITORY, FILES, { tags: ["mlx"] });
  const { directory: from } = await world.start().download({ repository: REPOSITORY });
  const into = join(world.outside, "store");
  const request = { repository: REPOSITORY, from, into, layout };
  let code: string | undefined;
  const startMs = world.clock.now();
  const doomed = world.start({ standStill: { atCall, durationMs: 3_600_000 } });
  const standing = share(doomed, { ...request, step: "share" }).then((ended) => {
    code = ended;
  });
  await Promise.race([world.clock.sleep(1000), standing]);
  const isOver = world.clock.now() - startMs < 1000;
  if (!isOver) for (const step of other.steps) await share(world.start(), { ...request, step });
  await standing;
  if (isOver) return { code, wasReached: false };
  const where = `at call ${atCall}, which ended with ${code}`;
  assert.deepEqual(await wrongFiles(world, from, FILES), [], `${where}: of the copy`);
  const wrong = await wrongFiles(
    world,
    await sharedPlace(world, { into, repository: REPOSITORY, layout }),
    FILES,
  );
  if (other.isShared) assert.deepEqual(wrong, [], where);
  // It may have ended before the other one took everything back, or after.
  else assert.ok(wrong.length === 0 || !(await isShown(world, into)), `${where}: half a model`);
  return { code, wasReached: true };
}

/** @returns the code of its failure */
async function share(
  process: ReturnType<World["start"]>,
  request: Parameters<NonNullable<ReturnType<World["start"]>["share"]>>[0],
): Promise<string | undefined> {
  try {
    await process.share?.(request);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    assert.ok(["claim-lost", "not-downloaded"].includes(code), `${request.step}: ${String(error)}`);
    return code;
  }
}

/** Whether anything in the store shows a model. */
async function isShown({ files }: World, into: string): Promise<boolean> {
  const named = REPOSITORY.replace("/", "--");
  const signs = [
    join(into, REPOSITORY, "config.json"),
    join(into, `models--${named}`, "refs/main"),
  ];
  for (const path of signs) {
    const isThere = await files.lstat(path).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}
