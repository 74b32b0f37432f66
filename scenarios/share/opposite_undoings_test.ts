/**
 * A root and a store have each got a model from the other, and both shares are undone at the same time.
 *
 * Invariants checked:
 * - A whole copy is left, wherever the first undoing stood when the second began.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readBytes, wrapFiles } from "../../harness/internal.ts";
import { filePlace, memoryWorld, modelPlace, tinyLlama, wantedFiles } from "../../harness/mod.ts";
import { reference } from "../reference/reference.ts";

const REPOSITORY = "mlx-community/Both-4bit";
const FILES = wantedFiles(tinyLlama().files);
/** Turns of the event loop in which another process could do all that it wants. */
const TURNS = 3_000;

for (const first of ["the store's", "the root's"] as const)
  test(`two undoings in opposite directions leave one copy: ${first} begins`, async () => {
    await using world = await memoryWorld(reference);
    const { files: disk, outside, root } = world;
    world.hub.publish(REPOSITORY, FILES, { tags: ["mlx"] });
    const subject = world.start();
    const { directory } = await subject.download({ repository: REPOSITORY });
    const into = join(outside, "store");
    const there = join(into, REPOSITORY);
    const toStore = { repository: REPOSITORY, from: directory, into, layout: "lmstudio" } as const;
    const toRoot = { repository: REPOSITORY, from: there, into: root, layout: "hubapi" } as const;
    await subject.share?.({ ...toStore, step: "share" });
    // By hand, so that the record of the share stays.
    for (const { path } of FILES) await disk.unlink(filePlace(directory, path));
    await disk.unlink(join(directory, ".downloaded"));
    await subject.share?.({ ...toRoot, step: "share" });
    const [one, two] = first === "the store's" ? [toStore, toRoot] : [toRoot, toStore];
    let other: Promise<unknown> | undefined;
    const watched = wrapFiles(disk, async (call, next) => {
      const isGoing =
        ["rename", "unlink"].includes(call.operation) &&
        FILES.some(({ path }) => call.path.endsWith(`/${path}`));
      if (isGoing && other === undefined) {
        other = Promise.allSettled([world.start().share?.({ ...two, step: "undo" })]);
        for (let turn = 0; turn < TURNS; turn++)
          await new Promise((resolve) => void setImmediate(resolve));
      }
      return next();
    });
    const ended = await Promise.allSettled([
      world.start({ files: () => watched }).share?.({ ...one, step: "undo" }),
    ]);
    assert.ok(other !== undefined, JSON.stringify(ended));
    await other;
    const places = [modelPlace(world, REPOSITORY), there];
    const whole = await Promise.all(places.map((place) => isWhole(place)));
    assert.ok(whole.includes(true), "no copy is left");

    async function isWhole(place: string): Promise<boolean> {
      for (const { path, bytes } of FILES) {
        try {
          if (!Buffer.from(await readBytes(disk, filePlace(place, path))).equals(bytes))
            return false;
        } catch {
          return false;
        }
      }
      return true;
    }
  });
