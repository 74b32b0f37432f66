/**
 * The variables that name the hub's cache hold a `~` or the names of other variables, as files of settings hand them over.
 *
 * Invariants checked:
 * - A download in layout `hf-cache` lands under the directory that is meant; a variable that is not set is left as it is.
 * - The model is listed there as one of the hub's cache.
 */
import { join } from "node:path";
import fc from "fast-check";
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { hubCachePaths } from "../../harness/internal.ts";

const REPOSITORY = "mlx-community/Expanded-4bit";

export const expandedCacheRoot = scenario({
  name: "interop/expanded_cache_root",
  covers: ["HUB-ENV-EXPAND", "PLACE-FOUND"],
  given: {
    model: anySmallModel({ weightBytesMax: 40 }),
    name: fc.constantFrom("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"),
    form: fc.constantFrom("~", "$HOME", "${HOME}", "$STORE", "${STORE}", "unknown"),
  },
  async check({ model, name, form }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const home = join(world.outside, "a home");
    const store = join(world.outside, "a store");
    const spelt = form === "unknown" ? `${store}/~/$NOT_SET/\${NOT_SET}/\${constructor}` : form;
    const meant = form === "unknown" ? spelt : form.includes("STORE") ? store : home;
    const env = { HOME: home, STORE: store, [name]: `${spelt}/hf` };
    const root = name === "HF_HOME" ? join(meant, "hf", "hub") : join(meant, "hf");
    const request = { repository: REPOSITORY, layout: "hf-cache" } as const;
    const { directory } = await verdict.attempt("HUB-ENV-EXPAND", () =>
      world.start({ env }).download(request),
    );
    const { snapshots } = hubCachePaths(root, REPOSITORY);
    verdict.holds(
      "HUB-ENV-EXPAND",
      directory.startsWith(snapshots),
      `with ${name}=${env[name]} it is in ${directory}`,
    );
    const listed = await verdict.attempt("PLACE-FOUND", () => world.start({ env }).list());
    const found = listed.filter((one) => one.directory === directory);
    const stores = found.map(({ store }) => store).join(", ");
    verdict.holds(
      "PLACE-FOUND",
      found.length === 1 && stores === "hub-cache",
      `with ${name}=${env[name]} it is listed ${found.length} times, as of ${stores}`,
    );
  },
});
