/**
 * A download ends early, by a kill, a cancel or a connection that breaks for good, and is run again, in a new process or not.
 *
 * Invariants checked:
 * - The next run asks for the bytes that are missing, and does not transfer again what was kept.
 * - It finishes, and nothing but the model is left.
 */
import fc from "fast-check";
import {
  contentBytes,
  contentExchanges,
  firstByte,
  keptBytes,
  leftovers,
  needsCapability,
  takenFiles,
} from "../../../harness/internal.ts";
import {
  anySmallModel,
  killDownload,
  modelPlace,
  scenario,
  type TinyModel,
  type Verdict,
  type World,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Resume";

type Interruption = {
  readonly model: TinyModel;
  readonly how: "kill" | "cancel";
  readonly after: number;
  readonly chunkBytes: number;
};

const given = {
  model: anySmallModel({ weightBytesMax: 3000 }),
  after: fc.integer({ min: 1, max: 60 }),
  chunkBytes: fc.integer({ min: 32, max: 256 }),
};

export const resume = scenario<Interruption>({
  name: "download/resume",
  covers: ["DL-RESUME", "DL-RESUME-ONCE", "DL-LEFTOVERS"],
  goals: ["a resume asked for a range", "a kill"],
  given: { ...given, how: fc.constant("kill") },
  world: ({ chunkBytes }) => ({ style: { chunkBytes } }),
  check: interruptAndResume,
});

export const resumeAfterCancel = scenario<Interruption>({
  name: "download/resume_after_cancel",
  covers: ["DL-CANCEL-RESUME"],
  goals: ["a resume asked for a range", "a cancel"],
  given: { ...given, how: fc.constant("cancel") },
  world: ({ chunkBytes }) => ({ style: { chunkBytes } }),
  check: interruptAndResume,
});

async function interruptAndResume(
  { model, how, after, chunkBytes }: Interruption,
  world: World,
  verdict: Verdict,
): Promise<void> {
  if (how === "cancel") needsCapability(world, "cancel");
  world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
  const request = { repository: REPOSITORY, concurrency: 1 };
  if (how === "kill") {
    const at = { at: "chunk" as const, nth: after };
    if (await killDownload(world, request, { at })) verdict.reached("a kill");
  } else {
    const controller = new AbortController();
    let reports = 0;
    const onProgress = () => {
      if (++reports >= after) controller.abort();
    };
    const failed = await world
      .start()
      .download(request, { signal: controller.signal, onProgress })
      .then(
        () => false,
        () => true,
      );
    if (failed) verdict.reached("a cancel");
  }
  const directory = modelPlace(world, REPOSITORY);
  const kept = await keptBytes(world, directory, model.files);
  const sentBefore = contentBytes(world.hub.log);
  const logBefore = [...world.hub.log];
  world.hub.clearLog();
  const id = how === "kill" ? "DL-RESUME" : "DL-CANCEL-RESUME";
  await verdict.attempt(id, () => world.start().download(request));
  const again = contentBytes(world.hub.log);
  const files = takenFiles([...logBefore, ...world.hub.log], model.files);
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const detail = `${sentBefore} bytes were sent before, ${kept} kept, and ${again} sent again, of ${totalBytes}`;
  const onceId = how === "kill" ? "DL-RESUME-ONCE" : id;
  const isOnce = again <= totalBytes - kept + chunkBytes;
  const isResumed = contentExchanges(world.hub.log).some((exchange) => firstByte(exchange) > 0);
  // A program that resumes nothing breaks that requirement, and not this one too.
  if (world.kind !== "process" || how !== "kill" || isOnce || isResumed)
    verdict.holds(onceId, isOnce, detail);
  else verdict.skip(onceId, "it never asked for the rest of a file");
  // In memory nothing waits for the disk, so all but what was on its way when it ended must have been kept.
  const isKept = world.kind !== "memory" || sentBefore + again <= totalBytes + 3 * chunkBytes;
  verdict.holds(id, isKept, detail);
  if (isResumed) verdict.reached("a resume asked for a range");
  const wrong = await wrongFiles(world, directory, files);
  verdict.holds(id, wrong.length === 0, wrong.join(", "));
  const left = await leftovers(world, directory, model.files);
  if (how === "kill") verdict.holds("DL-LEFTOVERS", left.length === 0, () => `${left[0]} is left`);
}
