/**
 * A model is complete, its branch moves, and the download of the new commit fails before all of it has come.
 *
 * Invariants checked:
 * - Every file that was there is there still, with its bytes and its modification time; more may have come.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { Progress } from "../../spec/mod.ts";
import {
  type DiskRefusal,
  limitedFiles,
  needsOwnProcess,
  readTree,
  settled,
} from "../../harness/internal.ts";
import { anySmallModel, type FaultAction, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Updated-4bit";

const FAULTS = {
  absent: { type: "status", status: 404, errorCode: "EntryNotFound" },
  denied: { type: "status", status: 403, errorCode: "GatedRepo" },
  broken: { type: "status", status: 503 },
  limited: { type: "status", status: 429 },
  flipped: { type: "flip", atByte: 0 },
  page: { type: "html" },
  pointer: { type: "lfs-pointer" },
  reset: { type: "reset" },
  cut: { type: "cut", atByte: 0, how: "rst" },
  silent: { type: "cut", atByte: 0, how: "stall" },
  round: { type: "redirect-loop" },
} as const satisfies Record<string, FaultAction>;

export const failedUpdate = scenario({
  name: "offline/failed_update",
  covers: ["OFF-KEEPS"],
  given: {
    before: anySmallModel({ weightBytesMax: 200 }),
    after: anySmallModel({ weightBytesMax: 200 }),
    way: fc.oneof(
      {
        arbitrary: fc.constantFrom(...(Object.keys(FAULTS) as (keyof typeof FAULTS)[])),
        weight: 4,
      },
      { arbitrary: fc.constantFrom("cancelled" as const, "disk" as const), weight: 2 },
    ),
    victim: fc.constantFrom("config.json", "fresh.json", "*.safetensors"),
    refusal: fc.record({
      operation: fc.constantFrom("write" as const, "open" as const, "mkdir" as const),
      code: fc.constantFrom("ENOSPC" as const, "EIO" as const, "EROFS" as const),
      // Whatever needs room comes before anything that was good is touched.
      nth: fc.integer({ min: 1, max: 40 }),
      forever: fc.boolean(),
    }),
    cancelAt: fc.integer({ min: 1, max: 8 }),
  },
  goals: ["an update failed"],
  async check({ before, after, way, victim, refusal, cancelAt }, world, verdict) {
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    const { hub } = world;
    const own = [{ path: "old.json", bytes: Buffer.from("1"), lfs: false }];
    const fresh = [{ path: "fresh.json", bytes: Buffer.from("[2]"), lfs: false }];
    hub.publish(REPOSITORY, [...before.files, ...own], { tags: ["mlx"] });
    const { directory } = await world.start().download({ repository: REPOSITORY });
    await world.files.mkdir(join(directory, "mine"));
    const treeBefore = await readTree(world.files, directory);
    // Another configuration in any case, so that there is something to fetch.
    const changed = after.files.map((file) =>
      file.path === "config.json" ? { ...file, bytes: Buffer.from('{"model_type":"new"}') } : file,
    );
    hub.publish(REPOSITORY, [...changed, ...fresh], { tags: ["mlx"] });
    world.clock.advance(60_000);
    if (way !== "cancelled" && way !== "disk") {
      const match = { path: victim, nth: "all" } as const;
      hub.faults = (["resolve", "cdn"] as const).map((kind) => ({
        match: { ...match, kind },
        do: FAULTS[way],
      }));
    }
    const refusals: readonly DiskRefusal[] = way === "disk" ? [refusal] : [];
    const subject = world.start({ files: (files) => limitedFiles(files, { refusals }) });
    const stop = new AbortController();
    let reports = 0;
    const onProgress = ({ phase }: Progress) => {
      if (phase !== "transfer") return;
      reports++;
      if (way === "cancelled" && reports === cancelAt) stop.abort();
    };
    const result = await settled(() =>
      subject.download({ repository: REPOSITORY }, { signal: stop.signal, onProgress }),
    );
    if (result !== undefined && !result.offline) return;
    verdict.reached("an update failed");
    const treeAfter = new Map(
      (await readTree(world.files, directory)).map((one) => [one.path, one]),
    );
    for (const entry of treeBefore) {
      if (entry.kind !== "file") continue;
      const now = treeAfter.get(entry.path);
      const isSame = now?.sha256 === entry.sha256 && now?.modifiedMs === entry.modifiedMs;
      verdict.holds("OFF-KEEPS", isSame, `${entry.path} is not as it was`);
    }
  },
});
