/** A migration stands still at each call that it makes, one after the other, and another process works on the model meanwhile. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { diskError, memoryWorld, wrapFiles } from "../../harness/internal.ts";
import { modelPlace, tinyLlama, type World, wantedFiles, wrongFiles } from "../../harness/mod.ts";
import { type FileSystem, MARKER_NAME } from "../../spec/mod.ts";
import { reference } from "../reference/reference.ts";

const REPOSITORY = "mlx-community/EveryCall";
/** Every call takes minutes; `MLX_LAYOUT_EVERY_CALL=1` asks for it. */
const STEP = process.env["MLX_LAYOUT_EVERY_CALL"] === undefined ? 61 : 1;
const PATHS = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
const FILES = tinyLlama().files.filter(({ path }) => PATHS.includes(path));
const REQUEST = { repository: REPOSITORY };

/** What the other process does, and where the whole model must be in the end; undefined where it is removed. */
const OTHERS = {
  "a migration": { steps: ["move"], ends: "to" },
  "a migration and its undoing": { steps: ["move", "undo"], ends: "from" },
  "a migration and a removal": { steps: ["move", "remove"], ends: undefined },
  "an undoing and a new download": { steps: ["undo", "update"], ends: "from" },
} as const;

const VOLUMES = { "hard links": undefined, "no hard links": withoutLinks } as const;

for (const [name, other] of Object.entries(OTHERS)) {
  for (const [volume, files] of Object.entries(VOLUMES)) {
    test(`a migration that stood still at any call leaves alone what ${name} has made, with ${volume}`, async (t) => {
      let [atCall, wasReached, lost] = [0, true, 0];
      while (wasReached) {
        atCall += STEP;
        const outcome = await standStillAt(atCall, other, files);
        wasReached = outcome.wasReached;
        if (outcome.code === "claim-lost") lost++;
      }
      t.diagnostic(`${atCall - STEP} calls; at ${lost} the migration said that it lost the model`);
      assert.ok(atCall > 50, `only ${atCall} calls were made`);
    });
  }
}

/** @returns how the migration that stood still ended, and whether it made so many calls at all */
async function standStillAt(
  atCall: number,
  other: (typeof OTHERS)[keyof typeof OTHERS],
  files: ((files: FileSystem) => FileSystem) | undefined,
) {
  await using world = await memoryWorld(reference);
  world.hub.publish(REPOSITORY, FILES, { tags: ["mlx"] });
  await world.start().download({ ...REQUEST, layout: "lmstudio" });
  const from = modelPlace(world, REPOSITORY, { layout: "lmstudio" });
  const to = modelPlace(world, REPOSITORY);
  const options = files === undefined ? {} : { files };
  let code: string | undefined;
  const startMs = world.clock.now();
  const standing = world
    .start({ ...options, standStill: { atCall, durationMs: 3_600_000 } })
    .migrate({ ...REQUEST, step: "move" })
    .then(
      () => {},
      (error: unknown) => {
        code = error instanceof Error && "code" in error ? String(error.code) : String(error);
      },
    );
  await Promise.race([world.clock.sleep(1000), standing]);
  const isOver = world.clock.now() - startMs < 1000;
  if (!isOver) {
    const second = world.start(options);
    for (const step of other.steps) await takeStep(second, step);
  }
  await standing;
  const where = `at call ${atCall}, which ended with ${code}`;
  if (isOver) return { code, wasReached: false };
  const wrongAt = (directory: string) => wrongFiles(world, directory, wantedFiles(FILES));
  const [wrongFrom, wrongTo] = [await wrongAt(from), await wrongAt(to)];
  const isWholeAtTo = wrongTo.length === 0;
  if (other.ends === "to") assert.ok(isWholeAtTo, `${where}: ${wrongTo.join(", ")}`);
  // Where it ended well it may have begun, or ended, after all that the other one did.
  const isWhole = wrongFrom.length === 0 || (code === undefined && isWholeAtTo);
  if (other.ends === "from") assert.ok(isWhole, `${where}: ${wrongFrom.join(", ")}`);
  for (const [directory, wrong] of [
    [from, wrongFrom],
    [to, wrongTo],
  ] as const)
    assert.ok(wrong.length === 0 || !(await isMarked(world, directory)), `${where}: a marker`);
  return { code, wasReached: true };
}

type Step = (typeof OTHERS)[keyof typeof OTHERS]["steps"][number];

async function takeStep(process: ReturnType<World["start"]>, step: Step): Promise<void> {
  try {
    if (step === "remove") await process.remove(REQUEST);
    else if (step === "update") await process.download({ ...REQUEST, layout: "lmstudio" });
    else await process.migrate({ ...REQUEST, step });
  } catch (error) {
    const codes = step === "undo" || step === "move" ? ["not-downloaded"] : [];
    assert.ok(error instanceof Error && "code" in error, String(error));
    assert.ok(codes.includes(String(error.code)), `${step}: ${String(error)}`);
  }
}

async function isMarked(world: World, directory: string): Promise<boolean> {
  return world.files.lstat(join(directory, MARKER_NAME)).then(
    () => true,
    () => false,
  );
}

/** A volume of the kind that cameras and memory sticks have. */
function withoutLinks(files: FileSystem): FileSystem {
  return wrapFiles(files, async (call, next) => {
    if (call.operation === "link") throw diskError("EPERM", "link", call.path);
    return next();
  });
}
