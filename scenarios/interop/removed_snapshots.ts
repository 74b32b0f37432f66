/**
 * A model is removed from the hub's own cache: after one download or two of different commits, of a branch or a pull request, finished
 * or killed at any operation.
 *
 * Invariants checked:
 * - Every snapshot goes, and each content that was put there for one, also where no link led to it yet, and every directory.
 * - The bytes that are reported are those that came free.
 */
import fc from "fast-check";
import { readTree, settled, sizeOnDisk } from "../../harness/internal.ts";
import { anySmallModel, killDownload, scenario } from "../../harness/mod.ts";

const REQUEST = { repository: "mlx-community/Cached-4bit", layout: "hf-cache" } as const;
/** Claims of the removal itself may come and go. */
const SLACK_BYTES = 16;

export const removedSnapshots = scenario({
  name: "interop/removed_snapshots",
  covers: ["REMOVE-ALL", "REMOVE-BYTES", "ERROR-KIND"],
  // A program is seldom killed between two calls so close to each other.
  worlds: ["memory", "disk"],
  goals: ["two snapshots", "a content without a link"],
  given: {
    old: anySmallModel(),
    next: anySmallModel(),
    isSwitch: fc.boolean(),
    // A ref may lie some directories deep.
    revision: fc.constantFrom("main", "refs/pr/1", "team/fast"),
    isByRevision: fc.boolean(),
    killAt: fc.option(
      fc.oneof(
        // Where contents come to their places.
        { arbitrary: fc.integer({ min: 20, max: 80 }), weight: 4 },
        { arbitrary: fc.integer({ min: 1, max: 250 }), weight: 1 },
      ),
      { nil: undefined },
    ),
  },
  async check({ old, next, isSwitch, revision, isByRevision, killAt }, world, verdict) {
    const { files: disk, hub, root } = world;
    const request = { ...REQUEST, revision };
    if (isSwitch) {
      hub.publish(REQUEST.repository, old.files, { revision, tags: ["mlx"] });
      await world.start().download(request);
    }
    hub.publish(REQUEST.repository, next.files, { revision, tags: ["mlx"] });
    const at = { at: "operation", nth: killAt ?? 0 } as const;
    if (killAt === undefined) await world.start().download(request);
    else await killDownload(world, request, { at });
    const before = await readTree(disk, root);
    if (before.filter(({ path }) => /\/snapshots\/[0-9a-f]{40}$/.test(path)).length > 1)
      verdict.reached("two snapshots");
    const blobs = before.filter(({ path, kind }) => kind === "file" && path.includes("/blobs/"));
    const links = before.filter(({ path }) => path.includes("/snapshots/"));
    const linked = new Set(links.map(({ linkTarget = "" }) => linkTarget.split("/").at(-1)));
    if (blobs.some(({ path }) => !linked.has(path.split("/").at(-1))))
      verdict.reached("a content without a link");
    const sizeBytes = await sizeOnDisk(disk, root);
    // A process that died before it had written anything has left nothing to remove.
    const isAlone = killAt === undefined && !isSwitch && isByRevision;
    const removed = isAlone ? request : REQUEST;
    const result = await settled(() => world.start().remove(removed));
    const left = (await readTree(disk, root)).filter(
      // Where nothing of the model was there to remove, the parents of its place are nobody's.
      ({ kind }) => result !== undefined || kind !== "directory",
    );
    verdict.holds("REMOVE-ALL", left.length === 0, () => `${left[0]?.path} is left`);
    const freed = result?.bytesFreed ?? 0;
    const isCounted = Math.abs(freed - sizeBytes) <= SLACK_BYTES;
    verdict.holds(
      "REMOVE-BYTES",
      isCounted,
      `${freed} bytes are reported, and ${sizeBytes} came free`,
    );
    await verdict.fails("REMOVE-ALL", () => world.start().remove(REQUEST), ["not-downloaded"]);
  },
});
