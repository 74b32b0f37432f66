/**
 * The variables that name the hub's cache are set, empty or absent.
 *
 * Invariants checked:
 * - A download in layout `hf-cache` lands under the first that is set and not empty, and is found there again, whichever
 *   of them is the first.
 */
import { join } from "node:path";
import fc from "fast-check";
import { hubCachePaths } from "../../harness/internal.ts";
import { anySmallModel, type RunningSubject, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/CacheRoot-4bit";
/** The first that is set wins. */
const NAMES = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"] as const;

export const cacheRoot = scenario({
  name: "interop/cache_root",
  covers: ["HUB-ENV-CACHE"],
  goals: [...NAMES, "an empty variable"],
  given: {
    model: anySmallModel({ weightBytesMax: 40 }),
    unset: fc.tuple(
      fc.constantFrom("empty" as const, "absent" as const),
      fc.constantFrom("empty" as const, "absent" as const),
    ),
    behind: fc.tuple(
      fc.constantFrom("set" as const, "empty" as const, "absent" as const),
      fc.constantFrom("set" as const, "empty" as const, "absent" as const),
    ),
  },
  async check({ model, unset, behind }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const valueOf = (state: "set" | "empty" | "absent", path: string) =>
      ({ set: path, empty: "", absent: undefined })[state];
    const request = { repository: REPOSITORY, layout: "hf-cache" } as const;
    const made: { readonly subject: RunningSubject; readonly directory: string }[] = [];
    for (const [at, winner] of NAMES.entries()) {
      const placeOf = (name: string) => join(world.outside, `${winner} wins`, name);
      // Those before it are not set, and those behind it do not count.
      const states = NAMES.map((_, index) => {
        if (index === at) return "set";
        return (index < at ? unset[index] : behind[index - 1]) ?? "absent";
      });
      const env = Object.fromEntries(
        NAMES.map((name, index) => [name, valueOf(states[index] ?? "absent", placeOf(name))]),
      );
      if (states.includes("empty")) verdict.reached("an empty variable");
      const root = winner === "HF_HOME" ? join(placeOf(winner), "hub") : placeOf(winner);
      const subject = world.start({ env });
      const { directory } = await verdict.attempt("HUB-ENV-CACHE", () => subject.download(request));
      const { snapshots } = hubCachePaths(root, REPOSITORY);
      verdict.holds("HUB-ENV-CACHE", directory.startsWith(snapshots), `it is in ${directory}`);
      verdict.reached(winner);
      made.push({ subject, directory });
    }
    for (const { subject, directory } of made) {
      const found = await subject.locate(request);
      verdict.holds("HUB-ENV-CACHE", found === directory, `it is looked for in ${found}`);
    }
  },
});
