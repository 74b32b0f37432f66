/**
 * Somebody looks at the models below the root and in other tools' stores: whole ones, cut ones, half-finished ones, and
 * links to directories elsewhere.
 *
 * Invariants checked:
 * - `list`, `locate`, `status` and `check` leave every name, content and modification time as it was.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { ModelManager } from "../../spec/mod.ts";
import {
  placeInStore,
  readTree,
  settled,
  STORE_PLACES,
  storeRoot,
} from "../../harness/internal.ts";
import { anySmallModel, filePlace, killDownload, modelPlace, scenario } from "../../harness/mod.ts";

const OWN = "mlx-community/Own-4bit";
const FOREIGN = "org/Foreign-4bit";

export const nothingWritten = scenario({
  name: "places/nothing_written",
  covers: ["PLACE-NO-WRITE"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    state: fc.constantFrom("absent", "whole", "damaged", "interrupted"),
    place: fc.constantFrom(...STORE_PLACES),
    isLinked: fc.boolean(),
    command: fc.constantFrom("list", "locate", "status", "check"),
    repository: fc.constantFrom(OWN, FOREIGN),
  },
  async check({ model, state, place, isLinked, command, repository }, world, verdict) {
    const { files: disk, root, outside } = world;
    world.hub.publish(OWN, model.files, { tags: ["mlx"] });
    if (state === "interrupted")
      await killDownload(world, { repository: OWN }, { at: { at: "operation", nth: 20 } });
    else if (state !== "absent") await world.start().download({ repository: OWN });
    if (state === "damaged") await disk.unlink(filePlace(modelPlace(world, OWN), "config.json"));
    const home = join(outside, "home");
    const { root: store, env } = storeRoot(place, home);
    await placeInStore(
      disk,
      { ...place, root: store },
      { repository: FOREIGN, files: model.files },
    );
    if (isLinked && state !== "absent") await disk.symlink(outside, join(root, "elsewhere"));
    const tree = async () =>
      JSON.stringify([await readTree(disk, root), await readTree(disk, outside)]);
    const before = await tree();
    const subject = world.start({ env: { HOME: home, ...env } });
    // What is absent may be refused; what is changed is what counts.
    await settled<unknown>(() => looked(subject, command, repository));
    verdict.holds("PLACE-NO-WRITE", (await tree()) === before, `${command} changed something`);
  },
});

function looked(
  subject: ModelManager,
  command: "list" | "locate" | "status" | "check",
  repository: string,
): Promise<unknown> {
  return command === "list" ? subject.list() : subject[command]({ repository });
}
