/**
 * Beside a model lies an entry that nobody can read: a circle of links, a FIFO, or a tree that is deeper than a path may be.
 *
 * Invariants checked:
 * - The model is listed as it was before.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import { makeDirectories, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, filePlace, scenario, type World } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Sound-4bit";
const KINDS = ["circle", "link to nothing", "FIFO as a marker", "FIFO", "deep tree"] as const;

export const badEntry = scenario({
  name: "manage/bad_entry",
  covers: ["MANAGE-BAD-ENTRY"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    kind: fc.constantFrom(...KINDS),
    at: fc.constantFrom("bad", "models/bad", "models/bad/model", "models/mlx-community/Bad-4bit"),
  },
  async check({ model, kind, at }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    await world.start().download({ repository: REPOSITORY });
    const before = await world.start().list();
    await plant(world, kind, filePlace(world.root, at));
    const after = await verdict.attempt("MANAGE-BAD-ENTRY", () => world.start().list());
    const listed = new Set(after.map((one) => JSON.stringify(one)));
    const hidden = before.find((one) => !listed.has(JSON.stringify(one)));
    verdict.holds(
      "MANAGE-BAD-ENTRY",
      hidden === undefined,
      () => `${JSON.stringify(hidden)} is not among ${JSON.stringify(after)}`,
    );
  },
});

// Parts of the scenario

async function plant(world: World, kind: (typeof KINDS)[number], place: string): Promise<void> {
  const { files } = world;
  await makeDirectories(files, dirname(place));
  switch (kind) {
    case "circle":
      return files.symlink(place, place);
    case "link to nothing":
      return files.symlink(`${place}-nowhere`, place);
    case "FIFO":
      return world.makeFifo(place);
    case "FIFO as a marker":
      await makeDirectories(files, place);
      return world.makeFifo(join(place, ".downloaded"));
    case "deep tree":
      return makeDeepTree(world, place);
  }
}

/** A tree is made deeper than a path may be by moving a part of it into another. */
async function makeDeepTree(world: World, place: string): Promise<void> {
  const { files } = world;
  // What a temporary directory cannot be rid of is made in memory only; elsewhere the tree is as deep as a path may be.
  const parts = world.kind === "memory" ? 2 : 1;
  await writeBytes(files, join(place, "config.json"), new TextEncoder().encode("{}"));
  let end = place;
  for (let part = 0; part < parts; part++) {
    const top = join(world.outside, `part-${part}`);
    let at = top;
    for (let depth = 0; depth < 12; depth++) at = join(at, "d".repeat(240));
    await makeDirectories(files, at);
    await files.rename(top, join(end, "deep"));
    end = join(end, "deep", at.slice(top.length + 1));
  }
}
