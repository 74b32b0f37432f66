/**
 * Links of a snapshot in the hub's own cache are lost, while the contents that they led to are there, and somebody watches the
 * download that makes them again.
 *
 * Invariants checked:
 * - Who transfers none of the contents counts them all as done from the first report on.
 */
import fc from "fast-check";
import type { Progress } from "../../spec/mod.ts";
import { contentBytes, needsCapability, needsLayout } from "../../harness/internal.ts";
import { anySmallModel, filePlace, scenario, wantedFiles } from "../../harness/mod.ts";

const REQUEST = { repository: "mlx-community/Lost-Links-4bit", layout: "hf-cache" } as const;

export const lostLinks = scenario({
  name: "interop/lost_links",
  covers: ["DL-PROGRESS-RESUME"],
  goals: ["links were made again"],
  given: {
    model: anySmallModel(),
    lost: fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 3 }),
  },
  async check({ model, lost }, world, verdict) {
    needsLayout(world, REQUEST.layout);
    needsCapability(world, "progress");
    const { hub, files } = world;
    hub.publish(REQUEST.repository, model.files, { tags: ["mlx"] });
    const { directory } = await world.start().download(REQUEST);
    const wanted = wantedFiles(model.files);
    const paths = new Set(lost.map((at) => wanted[at % wanted.length]?.path ?? ""));
    for (const path of paths) await files.unlink(filePlace(directory, path));
    hub.clearLog();
    const reports: Progress[] = [];
    const onProgress = (report: Progress) => reports.push(report);
    await verdict.attempt("DL-PROGRESS-RESUME", () =>
      world.start().download(REQUEST, { onProgress }),
    );
    if (contentBytes(hub.log) > 0) return;
    verdict.reached("links were made again");
    const [first] = reports;
    const total = first?.bytesTotal ?? 0;
    // The last byte may be held back until everything is published.
    const isCounted = first === undefined || first.bytesDone >= total - 1;
    verdict.holds(
      "DL-PROGRESS-RESUME",
      isCounted,
      () => `${first?.bytesDone} of ${total} are done`,
    );
  },
});
