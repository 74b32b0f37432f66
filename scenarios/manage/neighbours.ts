/**
 * A model is removed that has neighbours: similar names, the same repository in another layout, links to one of them, and
 * an id that differs in case only on a volume that folds case.
 *
 * Invariants checked:
 * - Every file of every neighbour is as it was, in name, bytes and time; what a link leads to stays.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  exists,
  inHubapi,
  makeDirectories,
  readTree,
  settled,
  writeBytes,
} from "../../harness/internal.ts";
import { anySmallModel, filePlace, modelPlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "org/m";
const NEIGHBOURS = ["models/org/m2", "models/org/m.2", "models/org2/m", "org/m", "m", "org--m"];
/** The same id in another case. */
const TWIN = "models/org/M";

export const neighbours = scenario({
  name: "manage/neighbours",
  covers: ["REMOVE-NEIGHBOURS"],
  goals: ["an id in another case", "a link to a neighbour"],
  given: {
    model: anySmallModel({ weightBytesMax: 60 }),
    near: fc.subarray(NEIGHBOURS, { minLength: 1 }),
    volume: fc.constantFrom("plain" as const, "folding" as const),
    isOwnThere: fc.boolean(),
    link: fc.option(fc.constantFrom("linked", "sub/model.safetensors", "config.json"), {
      nil: undefined,
    }),
    layout: fc.constantFrom("hubapi" as const, undefined),
  },
  world: ({ volume }) => ({ volume }),
  async check({ model, near, volume, isOwnThere, link, layout }, world, verdict) {
    const { files: disk, root } = world;
    const directory = modelPlace(world, REPOSITORY, { layout: "hubapi" });
    const asked = layout ?? inHubapi(world).layout;
    const isTwin = (place: string) => place === TWIN;
    // On a folding volume the twin and the model cannot both be there.
    const canTwin = volume === "plain" || !isOwnThere;
    const there = canTwin ? [...near, TWIN] : near;
    for (const place of there)
      for (const { path, bytes } of model.files)
        await writeBytes(disk, filePlace(join(root, place), path), bytes);
    const request = { repository: REPOSITORY, ...(asked && { layout: asked }) };
    if (isOwnThere) {
      world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
      await world.start().download({ repository: REPOSITORY, layout: "hubapi" });
    }
    const [first = ""] = there;
    if (isOwnThere && link !== undefined && there.length > 0) {
      const at = filePlace(directory, link);
      await makeDirectories(disk, join(at, ".."));
      if (await exists(disk, at)) await disk.unlink(at);
      const target = link === "linked" ? first : `${first}/config.json`;
      await disk.symlink(filePlace(root, target), at);
      verdict.reached("a link to a neighbour");
    }
    // Without a copy in MLX's place, one of another layout is the model itself.
    const isItself = (path: string) =>
      path.startsWith("models/org/m/") ||
      (!isOwnThere && asked === undefined && /^(org\/m|org--m)\//.test(path));
    const others = async () => {
      const tree = await readTree(disk, root);
      const kept = tree.filter(({ kind, path }) => kind === "file" && !isItself(path));
      return kept.map(({ path, sha256, modifiedMs }) => `${path} ${sha256} ${modifiedMs}`);
    };
    const before = await others();
    if (volume === "folding" && there.some(isTwin)) verdict.reached("an id in another case");
    const removed = await settled(() => world.start().remove(request));
    const after = new Set(await others());
    const gone = before.find((line) => !after.has(line));
    verdict.holds("REMOVE-NEIGHBOURS", gone === undefined, `it was ${gone}`);
    const isDone = !isOwnThere || removed !== undefined;
    verdict.holds("REMOVE-NEIGHBOURS", isDone, "the model itself was not removed");
  },
});
