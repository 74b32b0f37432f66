/**
 * Models of many repositories are in MLX's place, and the app keeps each a second time under its own name for it.
 *
 * Invariants checked:
 * - Two repositories have two model ids, each one directory name.
 * - The model id leads back to the repository: the flat directory of that name is reported with it, and with the place
 *   where MLX would look.
 */
import { join } from "node:path";
import fc from "fast-check";
import { anyRepository, needsLayout, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, filePlace, modelPlace, scenario } from "../../harness/mod.ts";

/** Ids that collide as soon as the parts are joined carelessly. */
const TRICKY = [
  "a-b/c",
  "a/b-c",
  "a_b/c",
  "a/b_c",
  "a.b/c",
  "a/b.c",
  "org1/m",
  "org2/m",
  "m/m",
  "a/b-_c",
  "a/_c",
];

export const modelIdRoundTrip = scenario({
  name: "manage/model_id_round_trip",
  covers: ["MANAGE-MAP", "LAYOUT-FLAT"],
  given: {
    model: anySmallModel({ weightBytesMax: 20 }),
    repositories: fc.uniqueArray(fc.oneof(anyRepository(), fc.constantFrom(...TRICKY)), {
      minLength: 2,
      maxLength: 4,
      selector: (id) => id.toLowerCase(),
    }),
  },
  async check({ model, repositories }, world, verdict) {
    needsLayout(world, "hubapi");
    const { files: disk, root } = world;
    const placeOf = (id: string) => modelPlace(world, id, { layout: "hubapi" });
    const parts = model.files.filter(
      ({ path }) => path === "config.json" || path === model.weightFiles[0],
    );
    const place = async (directory: string) => {
      for (const { path, bytes } of parts)
        await writeBytes(disk, filePlace(directory, path), bytes);
    };
    for (const repository of repositories) await place(placeOf(repository));
    const first = await verdict.attempt("MANAGE-MAP", () => world.start().list());
    const ids = repositories.map(
      (id) => first.find(({ directory }) => directory === placeOf(id))?.modelId ?? "",
    );
    const isNames = ids.every((id) => /^[^/\0]+$/.test(id) && id !== "." && id !== "..");
    verdict.holds("MANAGE-MAP", isNames, `no names of directories: ${ids.join()}`);
    const isUnique = new Set(ids.map((id) => id.toLowerCase())).size === ids.length;
    verdict.holds("MANAGE-MAP", isUnique, `not unique: ${ids.join()}`);
    for (const id of ids) await place(join(root, id));
    const second = await verdict.attempt("MANAGE-MAP", () => world.start().list());
    for (const [at, repository] of repositories.entries()) {
      const id = ids[at] ?? "";
      const flat = second.find(({ directory }) => directory === join(root, id));
      const isBack = flat?.repository === repository && flat.modelId === id;
      verdict.holds("MANAGE-MAP", isBack, `${repository} is ${id}, which is ${flat?.repository}`);
      const isTold = flat?.misplaced === placeOf(repository);
      verdict.holds("LAYOUT-FLAT", isTold, `${id}: misplaced is ${flat?.misplaced}`);
    }
  },
});
