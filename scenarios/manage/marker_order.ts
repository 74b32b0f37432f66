/**
 * Somebody looks at a model's directory after every single change: while it is downloaded, repaired, switched, removed.
 *
 * Invariants checked:
 * - No file and no metadata comes after the marker.
 * - No file goes, and none is replaced, while the marker is still there.
 */
import fc from "fast-check";
import { markerText, modelNames, needsOwnProcess, observingFiles } from "../../harness/internal.ts";
import { anySmallModel, filePlace, modelPlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/MarkerOrder";
const STORIES = ["download", "repair", "switch", "wider", "removal"] as const;

export const markerOrder = scenario({
  name: "manage/marker_order",
  covers: ["MARK-LAST", "MARK-FIRST-OUT"],
  given: {
    old: anySmallModel({ weightBytesMax: 100 }),
    next: anySmallModel({ weightBytesMax: 100 }),
    story: fc.constantFrom(...STORIES),
  },
  async check({ old, next, story }, world, verdict) {
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    const { files: disk, hub } = world;
    const directory = modelPlace(world, REPOSITORY);
    const request = { repository: REPOSITORY };
    hub.publish(REPOSITORY, old.files, { tags: ["mlx"] });
    const include = story === "wider" ? { include: ["*.json"] } : {};
    if (story !== "download") await world.start().download({ ...request, ...include });
    if (story === "switch") hub.publish(REPOSITORY, next.files, { tags: ["mlx"] });
    if (story === "repair") await disk.unlink(filePlace(directory, old.weightFiles[0] ?? ""));
    const [marker, names] = [await markerText(disk, directory), await modelNames(disk, directory)];
    /** What was there when the new marker came. */
    let final: ReadonlyMap<string, string> | undefined;
    const look = async () => {
      const text = await markerText(disk, directory);
      const now = await modelNames(disk, directory);
      if (text !== undefined && text !== marker) final ??= now;
      const late = final && [...now].find(([name, inode]) => final?.get(name) !== inode);
      verdict.holds("MARK-LAST", late === undefined, `${late?.[0]} came after the marker`);
      if (text === undefined || text !== marker) return;
      // Metadata is about a file and not one that the marker names: only its going counts.
      const gone = [...names].find(([name, inode]) => {
        const found = now.get(name);
        return name.startsWith(".") ? found === undefined : found !== inode;
      });
      verdict.holds("MARK-FIRST-OUT", gone === undefined, `${gone?.[0]} went before the marker`);
    };
    const files = observingFiles(disk, async ({ operation }) => {
      if (operation === "write" || operation === "truncate") return;
      // What the scenario finds is not a failure of the disk: it must not reach the subject.
      await look();
    });
    const subject = world.start({ files: () => files });
    const id = story === "removal" ? "MARK-FIRST-OUT" : "MARK-LAST";
    await verdict.attempt(id, async () =>
      story === "removal" ? subject.remove(request) : subject.download(request),
    );
    if (story === "removal") return;
    const isThere = (await markerText(disk, directory)) !== undefined;
    verdict.holds("MARK-LAST", isThere, "no marker came");
  },
});
