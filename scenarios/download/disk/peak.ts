/**
 * Somebody adds up what lies on the disk after every change that a download makes.
 *
 * Invariants checked:
 * - It is never more than what was there, the bytes that were missing, and the largest file once more, beside small state.
 */
import { sizeOnDisk } from "../../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles } from "../../../harness/mod.ts";

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
      const wanted = wantedFiles(files).map(({ bytes }) => bytes.length);
      const limit =
        before +
        wanted.reduce((sum, size) => sum + size, 0) +
        Math.max(...wanted) +
        STATE_BYTES_MAX;
      let most = before;
      const look = async () => {
        most = Math.max(most, await size());
      };
      await verdict.attempt("DL-PEAK", () =>
        world.start({ look }).download({ repository: REPOSITORY }),
      );
      verdict.holds("DL-PEAK", most <= limit, `${most} bytes lay on the disk, of at most ${limit}`);
    }
  },
});
