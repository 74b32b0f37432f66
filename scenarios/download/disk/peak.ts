/**
 * Somebody adds up what lies on the disk after every change that a download makes.
 *
 * Invariants checked:
 * - It is never more than what was there, the bytes that were missing, and the largest file once more, beside small state.
 */
import { sizeOnDisk, takenFiles } from "../../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Peak";
/** Markers, metadata and the like: some hundred bytes for each file, and some more. */
const STATE_BYTES_MAX = 8_000;

export const peak = scenario({
  name: "download/peak",
  covers: ["DL-PEAK"],
  given: {
    old: anySmallModel({ weightBytesMax: 20_000 }),
    next: anySmallModel({ weightBytesMax: 20_000 }),
  },
  async check({ old, next }, world, verdict) {
    const directory = modelPlace(world, REPOSITORY);
    const size = () => sizeOnDisk(world.files, directory);
    for (const { files } of [old, next]) {
      world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
      const before = await size();
      let most = before;
      const look = async () => {
        most = Math.max(most, await size());
      };
      await verdict.attempt("DL-PEAK", () =>
        world.start({ look }).download({ repository: REPOSITORY }),
      );
      const taken = takenFiles(world.hub.log, files).map(({ bytes }) => bytes.length);
      const limit =
        before + taken.reduce((sum, size) => sum + size, 0) + Math.max(...taken) + STATE_BYTES_MAX;
      verdict.holds("DL-PEAK", most <= limit, `${most} bytes lay on the disk, of at most ${limit}`);
    }
  },
});
