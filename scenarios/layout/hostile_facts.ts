/**
 * A hostile hub states a path where a commit, a hash or an entity tag belongs: `../../x`.
 *
 * Invariants checked:
 * - Whatever comes of the download, nothing outside the root is made, changed or removed at any time.
 */
import { dirname, join, relative, resolve } from "node:path";
import fc from "fast-check";
import {
  changesOutside,
  HOSTILE_FACTS,
  readTree,
  settled,
  withHostileFact,
} from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/HostileFacts";

/** Where a subject may write: its root, and the home and the temporary directory that a program has. */
const OWN_PLACES = /^(?:Documents\/Models|home|tmp)\/|^tracer\.log$/;

export const hostileFacts = scenario({
  name: "layout/hostile_facts",
  covers: ["LAYOUT-ROOT-ONLY"],
  // Of many values few lead to a place that is there.
  weight: 4,
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    fact: fc.constantFrom(...HOSTILE_FACTS),
    up: fc.integer({ min: 1, max: 8 }),
    isAbsolute: fc.boolean(),
  },
  async check({ model, fact, up, isAbsolute }, world, verdict) {
    const commit = world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const value = isAbsolute ? `${world.outside}/x` : `${"../".repeat(up)}elsewhere/x`;
    const changes = changesOutside(world);
    const subject = world.start({
      ...changes.start,
      relay: (fetch) => withHostileFact(fetch, { fact, value, commit }),
    });
    await settled(() => subject.download({ repository: REPOSITORY }));
    const id = "LAYOUT-ROOT-ONLY";
    verdict.holds(id, changes.found.length === 0, () => changes.found.slice(0, 3).join(", "));
    // A program's root lies deep enough that what leads up from it is found.
    const above = dirname(dirname(world.root));
    const top = world.kind === "process" ? resolve(above, "../".repeat(6)) : above;
    const outside = (await readTree(world.files, top))
      .filter(({ kind }) => kind !== "directory")
      .map(({ path }) => relative(above, join(top, path)))
      .filter((path) => !OWN_PLACES.test(path));
    verdict.holds(id, outside.length === 0, () => `${outside[0]} was written`);
  },
});
