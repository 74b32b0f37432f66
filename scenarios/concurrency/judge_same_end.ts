/**
 * Two downloads at once that end as two others did, although something is different for them.
 *
 * @module
 */

import {
  type BreakageFacts,
  contentBytes,
  needsOwnProcess,
  refusalFacts,
} from "../../harness/internal.ts";
import {
  type ModelFile,
  modelPlace,
  NotApplicable,
  type RunningSubject,
  type Verdict,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";
import type { RequirementId } from "../../spec/mod.ts";
import { END_MS_MAX } from "./judge_intact.ts";

/** So slowly does the hub send one large file, in bytes a second: a download lasts as long as several looks of who waits. */
const BYTES_PER_SECOND = 100;

/** What is compared. */
export interface SameEndOptions {
  readonly id: RequirementId;
  readonly repositories: { readonly calm: string; readonly disturbed: string };
  readonly files: readonly ModelFile[];
  /** Starts two processes; `disturbed`: with what must make no difference. */
  readonly start: (isDisturbed: boolean) => readonly [RunningSubject, RunningSubject];
}

/**
 * Judges that two downloads at once succeed and transfer no more than two others did, which nothing disturbed. What two
 * undisturbed downloads end with is another requirement: where they fail too, nothing is judged.
 *
 * @throws {NotApplicable} where undisturbed downloads fail
 */
export async function judgeSameEnd(
  world: World,
  verdict: Verdict,
  options: SameEndOptions,
): Promise<void> {
  needsOwnProcess(world, "another process has the clock and the process table of this machine");
  const calm = await playPair(world, options, { isDisturbed: false });
  if (calm.fault !== undefined)
    throw new NotApplicable(`two undisturbed downloads fail: ${calm.fault.detail}`);
  const { fault, sentBytes } = await playPair(world, options, { isDisturbed: true });
  const detail = `${sentBytes} bytes were sent in place of ${calm.sentBytes}`;
  verdict.holds(options.id, fault === undefined, fault ?? "");
  verdict.holds(options.id, sentBytes <= calm.sentBytes, detail);
}

/** Lets two processes download one model at once, and says what was wrong at the end. */
async function playPair(
  world: World,
  { repositories, files, start }: SameEndOptions,
  { isDisturbed }: { readonly isDisturbed: boolean },
): Promise<{ readonly fault: BreakageFacts | undefined; readonly sentBytes: number }> {
  const repository = isDisturbed ? repositories.disturbed : repositories.calm;
  world.hub.publish(repository, files, { tags: ["mlx"] });
  world.hub.faults = [
    {
      match: { path: "*.safetensors", method: "GET", nth: "all" },
      do: { type: "drip", bytesPerSecond: BYTES_PER_SECOND },
    },
  ];
  const before = contentBytes(world.hub.log);
  const both = start(isDisturbed).map((subject) => subject.download({ repository }));
  const end = await endFault(world, Promise.all(both));
  const sentBytes = contentBytes(world.hub.log) - before;
  if (end !== undefined) return { fault: end, sentBytes };
  const wrong = await wrongFiles(world, modelPlace(world, repository), wantedFiles(files));
  return { fault: wrong.length > 0 ? { detail: wrong.join(", ") } : undefined, sentBytes };
}

/** How downloads fail to succeed in time, if they do. */
async function endFault(
  world: World,
  downloads: Promise<unknown>,
): Promise<BreakageFacts | undefined> {
  const stop = new AbortController();
  const late = world.clock.sleep(END_MS_MAX, stop.signal).then(
    () => "late" as const,
    () => downloads,
  );
  try {
    if ((await Promise.race([downloads, late])) !== "late") return undefined;
    return { detail: `there is no end after ${END_MS_MAX} ms` };
  } catch (error) {
    const fault = refusalFacts(error);
    if (fault === undefined) throw error;
    return fault;
  } finally {
    stop.abort();
    downloads.catch(() => {});
    late.catch(() => {});
  }
}
