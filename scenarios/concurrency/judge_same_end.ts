/**
 * Two downloads at once that end as two others did, although something is different for them.
 *
 * @module
 */

import { type BreakageFacts, contentBytes, refusalFacts } from "../../harness/internal.ts";
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
/** Pairs of each kind that must all fail, or all succeed, where programs race in real time. */
const PAIRS_OF_A_PROGRAM = 3;

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
  let found: BreakageFacts | undefined;
  // A race may fail one pair and not another. It is no race that the same pairs always lose, and the others never.
  const rounds = world.kind === "process" ? PAIRS_OF_A_PROGRAM : 1;
  for (let round = 0; round < rounds; round++) {
    const calm = await playPair(world, options, { isDisturbed: false, round });
    if (calm.fault !== undefined)
      throw new NotApplicable(`two undisturbed downloads fail: ${calm.fault.detail}`);
    const disturbed = await playPair(world, options, { isDisturbed: true, round });
    const detail = `${disturbed.sentBytes} bytes were sent in place of ${calm.sentBytes}`;
    found = disturbed.fault ?? (disturbed.sentBytes > calm.sentBytes ? { detail } : undefined);
    if (found === undefined) break;
  }
  verdict.holds(options.id, found === undefined, found ?? "");
}

/** Lets two processes download one model at once, and says what was wrong at the end. */
async function playPair(
  world: World,
  { repositories, files, start }: SameEndOptions,
  { isDisturbed, round }: { readonly isDisturbed: boolean; readonly round: number },
): Promise<{ readonly fault: BreakageFacts | undefined; readonly sentBytes: number }> {
  const name = isDisturbed ? repositories.disturbed : repositories.calm;
  const repository = round === 0 ? name : `${name}-${round}`;
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
