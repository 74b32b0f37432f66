/**
 * A migration, or one that goes back, is killed, and asked again; then the machine stops: every disk that can be left of the two, on a
 * volume with hard links, without, or between two volumes. What the first one has done need not be on the disk when the second one ends.
 *
 * Invariants checked:
 * - Every file of the model is whole in its old place or in its new one; once the second one has ended, in the place that it ends in.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  changeFiles,
  enumerateStates,
  newCoverage,
  recordDisk,
  settled,
  STORE_VOLUMES,
} from "../../harness/internal.ts";
import { modelPlace, ProcessKilled, scenario } from "../../harness/mod.ts";
import { LOSSES } from "./judge_crashes.ts";
import { wholeIn } from "./whole_in.ts";

const REPOSITORY = "mlx-community/Moved-4bit";
const FLAT = "mlx-community--Moved-4bit";
/** Few files, in several directories: each way of making a name durable, and few moments. */
const PATHS = ["1_Pooling/config.json", "config.json", "model.safetensors"];
const BOUNDS = { exhaustiveMax: 8, samples: 3 } as const;
const PAUSE_MS = 60_000;

export const crashedMigrationAgain = scenario({
  name: "crash/migration_again",
  covers: ["DUR-MIGRATE"],
  worlds: ["memory"],
  goals: [LOSSES, "it was killed"],
  weight: 0.4,
  given: {
    volume: fc.constantFrom("with links", "without links", "another volume"),
    step: fc.constantFrom("move", "undo"),
    // Where the files get their new places, and give up the old ones.
    killAt: fc.integer({ min: 16, max: 40 }),
  },
  async check({ volume, step, killAt }, world, verdict) {
    const { files: disk, root } = world;
    const files = PATHS.map((path) => ({
      path,
      bytes: Buffer.from(`{"of":"${path}"}`),
      lfs: false,
    }));
    const flat = join(root, FLAT);
    const place = modelPlace(world, REPOSITORY, { layout: "hubapi" });
    await changeFiles(world, flat, { before: [], after: files });
    const start = () => world.start(STORE_VOLUMES[volume](flat));
    const request = { repository: REPOSITORY, step } as const;
    if (step === "undo") await start().migrate({ ...request, step: "move" });
    const [source, target] = step === "move" ? [flat, place] : [place, flat];
    const recorder = recordDisk(disk);
    const doomed = start();
    doomed.killAt({ at: "operation", nth: killAt });
    try {
      await doomed.migrate(request);
    } catch (error) {
      if (!(error instanceof ProcessKilled)) throw error;
      verdict.reached("it was killed");
    }
    await world.settle();
    world.clock.advance(PAUSE_MS);
    // What died when it was over, but for its last word, has nothing to go on with, and may say so.
    await settled(() => start().migrate(request));
    recorder.acknowledge(step);
    const recording = recorder.finish();
    const ended = recording.operations.findIndex(({ kind }) => kind === "acknowledge");
    const promiseAt = (at: number) => (at > ended ? "ended" : "");
    const coverage = newCoverage();
    const options = { profile: "weak", promiseAt, ...BOUNDS } as const;
    for (const { image, choice, promise } of enumerateStates(recording, options, coverage)) {
      const there = wholeIn(image, target, files);
      const still = promise === "ended" ? new Set<string>() : wholeIn(image, source, files);
      const lost = PATHS.filter((path) => !there.has(path) && !still.has(path));
      verdict.holds(
        "DUR-MIGRATE",
        lost.length === 0,
        () => `killed and asked again, after ${choice.at} operations: lost ${lost.join(", ")}`,
      );
    }
    if (coverage.distinct > recording.operations.length) verdict.reached(LOSSES);
  },
});
