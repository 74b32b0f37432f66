/**
 * A process is killed at any change of the disk, also behind its last file and its marker; another one comes.
 *
 * Invariants checked:
 * - When the other one has finished, the model, its metadata and its marker are there, and nothing else.
 */
import fc from "fast-check";
import { MARKER_NAME } from "../../../spec/mod.ts";
import { exists, needsOwnProcess, readTree, strayFile } from "../../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  killDownload,
  modelPlace,
  scenario,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/KilledAnywhere";

export const killedAnywhere = scenario({
  name: "download/killed_anywhere",
  covers: ["DL-LEFTOVERS"],
  goals: ["a kill before the marker", "a kill behind the marker"],
  given: {
    model: anySmallModel(),
    // Counted from the end of an undisturbed download, so that no moment is missed.
    fromEnd: fc.oneof(fc.nat(8), fc.nat(70)),
    torn: fc.boolean(),
  },
  async check({ model, fromEnd, torn }, world, verdict) {
    needsOwnProcess(world, "nobody counts how often another process changes the disk");
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    const request = { repository: REPOSITORY };
    const undisturbed = world.start({ root: world.outside });
    await undisturbed.download(request);
    const nth = Math.max(1, undisturbed.changes - fromEnd);
    if (await killDownload(world, request, { at: { at: "operation", nth, torn } })) {
      const hasMarker = await exists(world.files, filePlace(directory, MARKER_NAME));
      verdict.reached(hasMarker ? "a kill behind the marker" : "a kill before the marker");
    }
    await verdict.attempt("DL-LEFTOVERS", () => world.start().download(request));
    const paths = model.files.map(({ path }) => path);
    const left = strayFile(await readTree(world.files, directory), paths);
    verdict.holds("DL-LEFTOVERS", left === undefined, `${left?.path} is left`);
  },
});
