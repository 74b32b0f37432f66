/**
 * The variables that name the hub's cache are set, empty or absent, in every combination.
 *
 * Invariants checked:
 * - A download in layout `hf-cache` lands under the first that is set and not empty, and is found there again.
 */
import { join } from "node:path";
import fc from "fast-check";
import { anySmallModel, hubCachePaths, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/CacheRoot-4bit";

export const cacheRoot = scenario({
  name: "interop/cache_root",
  covers: ["HUB-ENV-CACHE"],
  goals: ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "an empty variable"],
  given: {
    model: anySmallModel({ weightBytesMax: 40 }),
    hubCache: fc.constantFrom("set", "empty", "absent"),
    oldName: fc.constantFrom("set", "empty", "absent"),
    home: fc.constantFrom("set", "set", "empty", "absent"),
  },
  async check({ model, hubCache, oldName, home }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const at = (name: string) => join(world.outside, name);
    const valueOf = (state: string, path: string) =>
      ({ set: path, empty: "", absent: undefined })[state];
    const env = {
      HF_HUB_CACHE: valueOf(hubCache, at("cache")),
      HUGGINGFACE_HUB_CACHE: valueOf(oldName, at("old")),
      HF_HOME: valueOf(home, at("home")),
    };
    if (Object.values(env).includes("")) verdict.reached("an empty variable");
    const named = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"] as const;
    const winner = named.find((name) => env[name]);
    if (winner === undefined) return;
    const root = winner === "HF_HOME" ? join(at("home"), "hub") : (env[winner] ?? "");
    const subject = world.start({ env });
    const request = { repository: REPOSITORY, layout: "hf-cache" } as const;
    const { directory } = await verdict.attempt("HUB-ENV-CACHE", () => subject.download(request));
    const { snapshots } = hubCachePaths(root, REPOSITORY);
    verdict.holds("HUB-ENV-CACHE", directory.startsWith(snapshots), `it is in ${directory}`);
    const found = await subject.locate(request);
    verdict.holds("HUB-ENV-CACHE", found === directory, `it is looked for in ${found}`);
    verdict.reached(winner);
  },
});
