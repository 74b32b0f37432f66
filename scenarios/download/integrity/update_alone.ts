/**
 * A model was downloaded, and its branch has a later commit now, which shares some files with the earlier one. It is
 * downloaded again.
 *
 * Invariants checked:
 * - No file that both commits have is sent again.
 */
import fc from "fast-check";
import { contentExchanges, sha256Hex, wantedFiles } from "../../../harness/internal.ts";
import { anySmallModel, scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Updated-4bit";

export const updateAlone = scenario({
  name: "download/update_alone",
  covers: ["DL-UPDATE-ONLY"],
  goals: ["a file stayed", "a file changed"],
  given: {
    earlier: anySmallModel(),
    later: anySmallModel(),
    lfsFiles: fc.constantFrom("cdn" as const, "direct" as const),
  },
  world: ({ lfsFiles }) => ({ style: { lfsFiles } }),
  async check({ earlier, later }, world, verdict) {
    const { hub } = world;
    hub.publish(REPOSITORY, earlier.files, { tags: ["mlx"] });
    const subject = world.start();
    await subject.download({ repository: REPOSITORY });
    const had = new Map(
      wantedFiles(earlier.files).map(({ path, bytes }) => [path, sha256Hex(bytes)]),
    );
    const wanted = wantedFiles(later.files);
    const isShared = ({ path, bytes }: (typeof wanted)[number]) =>
      bytes.length > 0 && had.get(path) === sha256Hex(bytes);
    const shared = new Set(wanted.filter(isShared).map(({ path }) => path));
    if (shared.size > 0) verdict.reached("a file stayed");
    if (wanted.some(({ path }) => !shared.has(path))) verdict.reached("a file changed");
    hub.publish(REPOSITORY, later.files, { tags: ["mlx"] });
    hub.clearLog();
    await verdict.attempt("DL-UPDATE-ONLY", () => subject.download({ repository: REPOSITORY }));
    const again = contentExchanges(hub.log).find(({ file = "" }) => shared.has(file));
    verdict.holds(
      "DL-UPDATE-ONLY",
      again === undefined,
      `${again?.file} is the same in both commits, and was sent again`,
    );
  },
});
