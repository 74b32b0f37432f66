/**
 * The machine stops during a migration, or during one that goes back: every disk that can be left, on a volume with hard links, without,
 * or between two volumes.
 *
 * Invariants checked:
 * - Every file of the model is whole in its old place or in its new one; once the migration has ended, in the place that it ends in.
 * - Where a marker is there, in either place, every file that it names is there with the hash that it states.
 * - The same step, asked again, ends with every file in that place.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  asFailure,
  changeFiles,
  type CrashState,
  enumerateStates,
  falseMarkerIn,
  newCoverage,
  type PersistenceProfile,
  PERSISTENCE_PROFILES,
  recordDisk,
  STORE_VOLUMES,
  startAfterCrash,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  type ModelFile,
  modelPlace,
  scenario,
  type Verdict,
  wantedFiles,
  type World,
} from "../../harness/mod.ts";
import { LOSSES } from "./judge_crashes.ts";
import { wholeIn } from "./whole_in.ts";

const REPOSITORY = "mlx-community/Moved-4bit";
const FLAT = "mlx-community--Moved-4bit";
/** Choices at one moment up to which all are taken, and how many of more. */
const BOUNDS = { exhaustiveMax: 8, samples: 3 } as const;
/** The next process is asked after every so many states. */
const ASKED_EACH = 15;
const PAUSE_MS = 60_000;
const DOWNLOADED_FILES_MAX = 7;

interface Story {
  readonly world: World;
  readonly verdict: Verdict;
  readonly files: readonly ModelFile[];
  readonly step: "move" | "undo";
  /** The directory that the migration empties, and the one that it fills. */
  readonly source: string;
  readonly target: string;
  /** Whether one of the two has every file at every moment. */
  readonly isWholeMeanwhile: boolean;
}

export const crashedMigration = scenario({
  name: "crash/migration",
  covers: ["DUR-MIGRATE", "MARK-TRUE"],
  worlds: ["memory"],
  goals: [LOSSES],
  weight: 0.1,
  given: {
    model: anySmallModel({ weightBytesMax: 80 }),
    // Most volumes have links, and only what was downloaded has a marker.
    volume: fc.constantFrom("with links", "with links", "without links", "another volume"),
    step: fc.constantFrom("move", "undo"),
    isDownloaded: fc.constantFrom(true, true, false),
  },
  async check({ model, volume, step, isDownloaded }, world, verdict) {
    const { files: disk, root, hub } = world;
    const flat = isDownloaded
      ? modelPlace(world, REPOSITORY, { layout: "lmstudio" })
      : join(root, FLAT);
    const place = modelPlace(world, REPOSITORY, { layout: "hubapi" });
    // Each file has metadata too, so that few of them make as many moves.
    const files = isDownloaded
      ? wantedFiles(model.files).slice(0, DOWNLOADED_FILES_MAX)
      : model.files;
    if (isDownloaded) {
      hub.publish(REPOSITORY, files, { tags: ["mlx"] });
      await world.start().download({ repository: REPOSITORY, layout: "lmstudio" });
    } else await changeFiles(world, flat, { before: [], after: files });
    const start = () => world.start(STORE_VOLUMES[volume](flat));
    const request = { repository: REPOSITORY, step } as const;
    if (step === "undo") await start().migrate({ ...request, step: "move" });
    world.clock.advance(PAUSE_MS);
    const recorder = recordDisk(disk);
    await verdict.attempt("DUR-MIGRATE", () => start().migrate(request));
    recorder.acknowledge(step);
    const recording = recorder.finish();
    const [source, target] = step === "move" ? [flat, place] : [place, flat];
    // Without links a file is renamed from place to place, and no place has all of them meanwhile.
    const isWholeMeanwhile = volume !== "without links";
    const story: Story = { world, verdict, files, step, source, target, isWholeMeanwhile };
    const ended = recording.operations.findIndex(({ kind }) => kind === "acknowledge");
    let falsehood: string | undefined;
    for (const profile of PERSISTENCE_PROFILES) {
      const coverage = newCoverage();
      const promiseAt = (at: number) => (at > ended ? "ended" : "");
      for (const state of enumerateStates(recording, { profile, promiseAt, ...BOUNDS }, coverage)) {
        falsehood ??= falsehoodIn(state, profile, story);
        await judge(state, profile, { story, isAsked: coverage.distinct % ASKED_EACH === 0 });
      }
      if (coverage.distinct > recording.operations.length) verdict.reached(LOSSES);
    }
    // What is lost for good is the greater harm, and is judged first.
    verdict.holds("MARK-TRUE", falsehood === undefined, `${falsehood}`);
  },
});

// Helpers

/** What is false about a marker in one of the two places, where one of them has every file at every moment. */
function falsehoodIn(
  { image, choice }: CrashState,
  profile: PersistenceProfile,
  { step, source, target, isWholeMeanwhile }: Story,
): string | undefined {
  if (!isWholeMeanwhile) return undefined;
  const falsehood = falseMarkerIn(image, source) ?? falseMarkerIn(image, target);
  return (
    falsehood && `under ${profile}, after ${choice.at} operations of the ${step}: ${falsehood}`
  );
}

async function judge(
  { image, choice, promise }: CrashState,
  profile: PersistenceProfile,
  { story, isAsked }: { readonly story: Story; readonly isAsked: boolean },
): Promise<void> {
  const { verdict, world, step, source, target, files } = story;
  const where = `under ${profile}, after ${choice.at} operations of the ${step}`;
  const there = wholeIn(image, target, files);
  const still = promise === "ended" ? new Set<string>() : wholeIn(image, source, files);
  const lost = files.filter(({ path }) => !there.has(path) && !still.has(path));
  verdict.holds(
    "DUR-MIGRATE",
    lost.length === 0,
    () => `${where}: whole in no place: ${lost.map(({ path }) => path).join(", ")}`,
  );
  if (!isAsked) return;
  const { subject, hub, root, clock } = world;
  const next = { subject, hub, root, nowMs: clock.now() + PAUSE_MS };
  const process = await startAfterCrash(next, image);
  try {
    await process.manager.migrate({ repository: REPOSITORY, step });
  } catch (error) {
    // One that had ended, or had never begun to go back, has nothing to go on with.
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    const isOver = there.size === files.length;
    verdict.holds(
      "DUR-MIGRATE",
      isOver || step === "undo",
      () => `${where}, asked again: ${failure.message}`,
    );
    return;
  } finally {
    await process.end();
  }
  const after = wholeIn(await process.image(), target, files);
  const missing = files.filter(({ path }) => !after.has(path));
  verdict.holds(
    "DUR-MIGRATE",
    missing.length === 0,
    () => `${where}, asked again: not there: ${missing.map(({ path }) => path).join(", ")}`,
  );
}
