/**
 * What downloads at the same time must leave behind.
 *
 * @module
 */

import { readTree } from "../../harness/internal.ts";
import {
  type ModelFile,
  modelPlace,
  type Verdict,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";
import type { RequirementId } from "../../spec/mod.ts";

/** Simulated time within which a download must end, whatever other tasks and processes do, in milliseconds. */
export const END_MS_MAX = 60_000;

/** Judges that a model is whole and that nothing else is left in its directory. */
export async function judgeIntact(
  world: World,
  verdict: Verdict,
  options: {
    readonly id: RequirementId;
    readonly repository: string;
    readonly files: readonly ModelFile[];
  },
): Promise<void> {
  const { id, repository } = options;
  const files = wantedFiles(options.files);
  const directory = modelPlace(world, repository);
  const wrong = await wrongFiles(world, directory, files);
  verdict.holds(id, wrong.length === 0, wrong.join(", "));
  // Other scenarios judge which of the listed files are wanted.
  const known = new Set([".downloaded", ...options.files.map(({ path }) => path)]);
  const left = (await readTree(world.files, directory)).filter(
    ({ kind, path }) => kind !== "directory" && !known.has(path) && !path.endsWith(".metadata"),
  );
  verdict.holds(id, left.length === 0, () => `${left[0]?.path} is left`);
}

/** Awaits downloads, and judges that they end in time. */
export async function judgeEnd<T>(
  world: World,
  verdict: Verdict,
  options: { readonly id: RequirementId; readonly downloads: Promise<T> },
): Promise<T> {
  const { id, downloads } = options;
  const stop = new AbortController();
  const isLate = world.clock.sleep(END_MS_MAX, stop.signal).then(
    () => true,
    () => false,
  );
  const outcome = downloads.then((value) => ({ value }));
  outcome.catch(() => {});
  const ended = await verdict.attempt(id, () =>
    Promise.race([outcome, isLate.then((late) => (late ? undefined : outcome))]),
  );
  stop.abort();
  verdict.holds(id, ended !== undefined, `there is no end after ${END_MS_MAX} ms`);
  return downloads;
}
