import { join } from "node:path";
import { MARKER_NAME, METADATA_DIRECTORY } from "../../spec/mod.ts";
import { type DiskImage, filesBelow } from "../disk/disk_image.ts";
import type { DiskRecording } from "./disk_recording.ts";
import { isMark } from "../scenario_parts/disk_observations.ts";
import { contentBytes } from "../scenario_parts/wire_observations.ts";
import { asFailure, describeError, isCourtMatter } from "../scenario/verdict.ts";
import { leftInSnapshots } from "./inspect_snapshots.ts";
import { falseMarkerIn } from "../scenario_parts/marker_observations.ts";
import { type CrashCase, type CrashPromise, markerName } from "./crash_story.ts";
import { type CrashPlace, type CrashProcess, startAfterCrash } from "./crash_process.ts";
import type { CrashState } from "./enumerate_states.ts";
import { contentName } from "./crash_image_builder.ts";
import { inspectState } from "./inspect_state.ts";
import type { CrashViolation, StateLook } from "./state_look.ts";

/** What the subject is asked about a state. */
export interface StateQuestions {
  /** Look at the bytes. @default {true} */
  readonly look?: boolean;
  /** Read the marker, and the files that it names. @default {false} */
  readonly marker?: boolean;
  /** Ask `status`, `verify` and `check`. @default {true} */
  readonly answers?: boolean;
  /** Let the next download come, and the one after it. @default {true} */
  readonly recovery?: boolean;
}

/** What the judgement of one state gave. */
export interface StateJudgement {
  readonly violations: readonly CrashViolation[];
  /** The download that came after the crash, for the crash that comes during it. */
  readonly recovery: DiskRecording | undefined;
}

/**
 * Judges one disk that a crash left: by its bytes, by what `status`, `verify` and `check` say of it, by the next
 * download, and by the one after that, which must find nothing to do.
 */
export async function judgeState(
  place: CrashPlace,
  crash: CrashCase,
  state: Pick<CrashState, "image" | "promise"> & { readonly asks?: StateQuestions | undefined },
): Promise<StateJudgement> {
  const { look: looks = true, marker = false, answers = true, recovery = true } = state.asks ?? {};
  const violations: CrashViolation[] = [];
  let look: StateLook | undefined;
  if (looks || answers) {
    look = inspectState(crash, state.image, state.promise as CrashPromise);
    violations.push(...look.violations);
  }
  if (marker) violations.push(...judgeMarker(crash, state.image));
  if (!answers && !recovery) return { violations, recovery: undefined };
  const process = await startAfterCrash(place, state.image);
  try {
    if (answers && look !== undefined) await judgeAnswers(process, { crash, look, violations });
    const recorded = recovery
      ? await judgeRecovery(place, process, { crash, violations })
      : undefined;
    return { violations, recovery: recorded };
  } finally {
    await process.end();
  }
}

/** A marker that is torn is another requirement's. */
function judgeMarker({ story, markers }: CrashCase, image: DiskImage): CrashViolation[] {
  const name = markerName(image, story);
  if (name === undefined || !markers.has(name)) return [];
  const falsehood = falseMarkerIn(image, story.directory);
  return falsehood === undefined ? [] : [{ requirement: "MARK-TRUE", detail: falsehood }];
}

interface Judging {
  readonly crash: CrashCase;
  readonly violations: CrashViolation[];
}

async function judgeAnswers(
  { manager }: CrashProcess,
  context: Judging & { readonly look: StateLook },
): Promise<void> {
  const { crash, look, violations } = context;
  const { promised, whole, runnable } = look;
  const { repository, layout } = crash.story.request;
  const model = { repository, ...(layout === undefined ? {} : { layout }) };
  const requirement = promised === undefined ? "DUR-STATES" : "DUR-SUCCESS";
  for (const question of ["status", "verify"] as const) {
    try {
      const { state } = await manager[question](model);
      if (state === "complete" && whole.size === 0)
        violations.push({ requirement, detail: `${question} says complete of what is not whole` });
      if (promised !== undefined && state !== "complete")
        violations.push({ requirement, detail: `${question} says ${state} after success` });
    } catch (error) {
      if (isCourtMatter(error)) throw error;
      violations.push({ requirement, detail: `${question} rejects with ${describeError(error)}` });
    }
  }
  const mustBeLoadable = promised !== undefined && crash.story.isLoadable === true;
  // Where a runtime may open the directory and need not, every answer is right; asking takes as long as all the rest.
  if (runnable.size > 0 && !mustBeLoadable) return;
  try {
    const { loadable } = await manager.check(model);
    if (loadable && runnable.size === 0)
      violations.push({ requirement, detail: "check calls loadable what is of no version" });
    if (mustBeLoadable && !loadable)
      violations.push({ requirement, detail: "check does not call it loadable after success" });
  } catch (error) {
    if (asFailure(error)?.code !== "not-downloaded")
      violations.push({ requirement, detail: `check rejects with ${describeError(error)}` });
  }
}

async function judgeRecovery(
  place: CrashPlace,
  process: CrashProcess,
  context: Judging,
): Promise<DiskRecording | undefined> {
  const { crash, violations } = context;
  const { request } = crash.story;
  const requirement = "DUR-RECOVERY";
  const { manager } = process;
  const recorder = await process.record();
  place.hub.clearLog();
  try {
    await manager.download(request);
  } catch (error) {
    if (isCourtMatter(error)) throw error;
    violations.push({ requirement, detail: `the next download fails: ${describeError(error)}` });
    await recorder.finish();
    return undefined;
  }
  const { recording } = await recorder.finish("download");
  const isProgram = place.start !== undefined;
  const twice = isProgram ? undefined : fetchedTwice(crash, contentBytes(place.hub.log));
  if (twice !== undefined) violations.push({ requirement: "DUR-ONCE", detail: twice });
  const left = leftWrong(crash, { image: await process.image(), start: crash.recording });
  if (left !== undefined) violations.push({ requirement, detail: `after the next one ${left}` });
  const idle = await process.record();
  place.hub.clearLog();
  try {
    await manager.download(request);
    const { changes } = await idle.finish();
    const bytes = contentBytes(place.hub.log);
    if (changes > 0 || bytes > 0) {
      const detail = `the download after the next one makes ${changes} changes and fetches ${bytes} bytes`;
      violations.push({ requirement, detail });
    }
  } catch (error) {
    if (isCourtMatter(error)) throw error;
    violations.push({ requirement, detail: `the third download fails: ${describeError(error)}` });
  }
  return recording;
}

/** From here on a file counts as large. */
const LARGE_BYTES = 16 * 1024;

/** Says that a recovery fetched more than everything, small files twice. */
function fetchedTwice({ story }: CrashCase, fetchedBytes: number): string | undefined {
  const sizes = [...(story.versions.at(-1) ?? []), ...(story.optional ?? [])].map(
    ({ bytes }) => bytes.length,
  );
  const small = sizes.filter((size) => size < LARGE_BYTES);
  const allowedBytes = [...sizes, ...small].reduce((sum, size) => sum + size, 0);
  if (fetchedBytes <= allowedBytes) return undefined;
  return `the next download fetches ${fetchedBytes} bytes, of at most ${allowedBytes}`;
}

/** What is not as it must be after a recovery. */
function leftWrong(
  { story, markers }: CrashCase,
  context: { readonly image: DiskImage; readonly start: DiskRecording },
): string | undefined {
  const { root, directory, versions, optional = [], cache } = story;
  if (cache !== undefined) return leftInSnapshots(story, { cache, image: context.image });
  const wanted = new Map(
    (versions.at(-1) ?? []).map((file) => [join(directory, ...file.path.split("/")), file.bytes]),
  );
  const metadata = join(directory, METADATA_DIRECTORY);
  const found = filesBelow(context.image, root);
  const before = filesBelow(context.start.start, root);
  const marker = join(directory, MARKER_NAME);
  for (const [path, bytes] of wanted) {
    const node = found.get(path.slice(root.length + 1));
    if (node?.kind !== "file") return `${path} is not there`;
    if (contentName(node.bytes) !== contentName(bytes)) return `${path} has other bytes`;
  }
  const isMarked = found.has(marker.slice(root.length + 1));
  if (markers.size > 0 && !isMarked) return "there is no marker";
  for (const [relative, node] of found) {
    const path = join(root, relative);
    if (path === marker || wanted.has(path)) continue;
    if (path.startsWith(`${metadata}/`) && path.endsWith(".metadata")) continue;
    if (isMark(path)) continue;
    const listed = optional.filter((file) => join(directory, ...file.path.split("/")) === path);
    if (listed.length > 0 && node.kind === "file") {
      const isListed = listed.some(({ bytes }) => contentName(bytes) === contentName(node.bytes));
      if (isListed) continue;
      return `${path} has other bytes`;
    }
    const former = path.startsWith(`${directory}/`) ? undefined : before.get(relative);
    if (
      former?.kind === "file" &&
      node.kind === "file" &&
      former.bytes.length === node.bytes.length
    )
      continue;
    return `${path} is left`;
  }
  return undefined;
}
