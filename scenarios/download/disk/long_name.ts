/**
 * A repository has a file whose name is as long as the volume takes, or nearly.
 *
 * Invariants checked:
 * - The download succeeds with that file, again without fetching it, and status calls the model complete.
 */
import fc from "fast-check";
import { anySmallModel, scenario, wantedFiles, wrongFiles } from "../../../harness/mod.ts";

const REQUEST = { repository: "mlx-community/LongName-4bit" };
/** The most bytes that a name has on the volumes that are usual today. */
const NAME_BYTES_MAX = 255;
const ENDING = ".json";

export const longName = scenario({
  name: "download/long_name",
  covers: ["DL-LONG-NAME"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    bytes: fc.integer({ min: 180, max: NAME_BYTES_MAX }),
    letter: fc.constantFrom("n", "\u65e5"),
  },
  goals: ["a name was so long that nothing may be added to it"],
  async check({ model, bytes, letter }, world, verdict) {
    const count = Math.floor((bytes - ENDING.length) / Buffer.byteLength(letter));
    const file = {
      path: `${letter.repeat(count)}${ENDING}`,
      bytes: Buffer.from('{"results": 1}'),
      lfs: false,
    };
    // Empty files, which some clients fail on, have scenarios of their own.
    const files = [...model.files.filter((one) => one.bytes.length > 0), file];
    world.hub.publish(REQUEST.repository, files, { tags: ["mlx"] });
    const subject = world.start();
    for (const time of ["first", "second"]) {
      const { directory } = await verdict.attempt("DL-LONG-NAME", () => subject.download(REQUEST));
      const wrong = await wrongFiles(world, directory, wantedFiles(files));
      verdict.holds("DL-LONG-NAME", wrong.length === 0, () => `${time}: ${wrong.join(", ")}`);
    }
    if (Buffer.byteLength(file.path) > NAME_BYTES_MAX - 12)
      verdict.reached("a name was so long that nothing may be added to it");
  },
});
