/**
 * Files of a model have second names: outside the root, in another model, or twice in the model itself.
 *
 * Invariants checked:
 * - `remove` reports the bytes of the data whose last name went, once.
 * - Data with a name elsewhere is as it was.
 */
import { join, relative } from "node:path";
import fc from "fast-check";
import { makeDirectories, readTree, stateDirectory } from "../../harness/internal.ts";
import { anySmallModel, filePlace, modelPlace, scenario, wantedFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/SecondNames";
const OTHER = "mlx-community/Neighbour";
const COPY = "copy/weights.safetensors";

export const hardLinks = scenario({
  name: "manage/hard_links",
  covers: ["REMOVE-BYTES"],
  goals: ["outside", "in another model", "in the model"],
  given: {
    model: anySmallModel(),
    linked: fc.array(fc.nat(20), { maxLength: 4 }),
    where: fc.constantFrom("outside", "in another model", "in the model"),
  },
  async check({ model, linked, where }, world, verdict) {
    const { files: disk, hub, root } = world;
    const directory = modelPlace(world, REPOSITORY);
    const wanted = wantedFiles(model.files);
    const weights = wanted.find(({ path }) => path === model.weightFiles[0]);
    if (weights === undefined) return;
    const files = [...model.files, { ...weights, path: COPY }];
    hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const request = { repository: REPOSITORY };
    await world.start().download(request);
    for (const [at, which] of linked.entries()) {
      const { path } = wanted[which % wanted.length] ?? weights;
      const elsewhere = where === "outside" ? world.outside : modelPlace(world, OTHER);
      await makeDirectories(disk, elsewhere);
      if (where !== "in the model")
        await disk.link(filePlace(directory, path), join(elsewhere, `${at}.safetensors`));
    }
    if (where === "in the model") {
      await disk.unlink(filePlace(directory, COPY));
      await disk.link(filePlace(directory, weights.path), filePlace(directory, COPY));
    }
    const before = await dataBelow(root);
    const own = relative(root, stateDirectory(directory));
    const isOther = (path: string) => !path.startsWith(own);
    const others = async () => [
      await readTree(disk, world.outside),
      (await readTree(disk, root)).filter(({ path, kind }) => kind === "file" && isOther(path)),
    ];
    const kept = JSON.stringify(await others());
    const { bytesFreed } = await verdict.attempt("REMOVE-BYTES", () =>
      world.start().remove(request),
    );
    const after = await dataBelow(root);
    // Data is gone when every name that it had was below the root, and none of them is left.
    const freed = [...before].reduce((sum, [inode, { names, linkCount, sizeBytes }]) => {
      return sum + (!after.has(inode) && names === linkCount ? sizeBytes : 0);
    }, 0);
    verdict.holds("REMOVE-BYTES", bytesFreed === freed, `${freed} came free, not ${bytesFreed}`);
    const isKept = JSON.stringify(await others()) === kept;
    verdict.holds("REMOVE-BYTES", isKept, "data with another name was changed");
    if (linked.length > 0 || where === "in the model") verdict.reached(where);

    async function dataBelow(top: string) {
      const data = new Map<string, { names: number; linkCount: number; sizeBytes: number }>();
      for (const { path, kind } of await readTree(disk, top)) {
        if (kind !== "file") continue;
        const { inode, linkCount, sizeBytes } = await disk.lstat(filePlace(top, path));
        data.set(inode, { names: (data.get(inode)?.names ?? 0) + 1, linkCount, sizeBytes });
      }
      return data;
    }
  },
});
