/**
 * A process is killed at any operation of a fresh download, an update or a removal.
 *
 * Invariants checked:
 * - Where there is a marker, every file that it names is there with the size and the hash that it states.
 * - The marker says so in the form of the law, with relative paths.
 */
import { join } from "node:path";
import fc from "fast-check";
import { type Marker, MARKER_NAME } from "../../spec/mod.ts";
import {
  anySmallModel,
  exists,
  filePlace,
  gitBlobSha1,
  killDownload,
  modelPlace,
  ProcessKilled,
  readBytes,
  readText,
  scenario,
  sha256Hex,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/MarkerTruth";

export const markerTruth = scenario({
  name: "manage/marker_truth",
  covers: ["MARK-TRUE", "MARK-FIRST-OUT"],
  goals: ["a marker was there", "a kill during an update", "a kill during a removal"],
  given: {
    old: anySmallModel(),
    next: anySmallModel(),
    during: fc.constantFrom("download" as const, "update" as const, "removal" as const),
    nth: fc.integer({ min: 1, max: 100 }),
  },
  async check({ old, next, during, nth }, world, verdict) {
    const directory = modelPlace(world, REPOSITORY);
    const request = { repository: REPOSITORY };
    world.hub.publish(REPOSITORY, old.files, { tags: ["mlx"] });
    if (during !== "download") await world.start().download(request);
    if (during === "update") world.hub.publish(REPOSITORY, next.files, { tags: ["mlx"] });
    if (during === "removal") {
      const subject = world.start();
      subject.killAt({ at: "operation", nth: 1 + (nth % 20) });
      const isKilled = await subject.remove(request).then(
        () => false,
        (error: unknown) => {
          if (!(error instanceof ProcessKilled)) throw error;
          return true;
        },
      );
      await subject.kill();
      if (isKilled) verdict.reached("a kill during a removal");
    } else if (await killDownload(world, request, { at: { at: "operation", nth } })) {
      if (during === "update") verdict.reached("a kill during an update");
    }
    await world.settle();
    const text = await readText(world.files, join(directory, MARKER_NAME));
    const id = during === "removal" ? "MARK-FIRST-OUT" : "MARK-TRUE";
    if (text === undefined) {
      verdict.holds(id, true, "");
      return;
    }
    verdict.reached("a marker was there");
    const marker = JSON.parse(text) as Marker;
    for (const { path, sizeBytes, digest } of marker.files) {
      const place = filePlace(directory, path);
      const isThere = await exists(world.files, place);
      verdict.holds(id, isThere, `the marker names ${path}, which is not there`);
      const bytes = await readBytes(world.files, place);
      const found = digest.startsWith("sha256:")
        ? `sha256:${sha256Hex(bytes)}`
        : `git-sha1:${gitBlobSha1(bytes)}`;
      verdict.holds(
        id,
        bytes.length === sizeBytes && found === digest,
        `${path} is not as the marker states`,
      );
    }
  },
});
