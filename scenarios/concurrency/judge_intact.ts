/**
 * What downloads at the same time must leave behind.
 *
 * @module
 */

import { exists, leftovers } from "../../harness/internal.ts";
import {
  filePlace,
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

/**
 * Judges that a model is whole and that nothing else is left in its directory. What is left says nothing about the downloads
 * having met: that is `DL-LEFTOVERS`, and of weights of another revision `LAYOUT-STRAYS`.
 */
export async function judgeIntact(
  world: World,
  verdict: Verdict,
  options: {
    readonly id: RequirementId;
    readonly repository: string;
    readonly files: readonly ModelFile[];
    /** Of another revision that was downloaded meanwhile: what is no weight file of it may stay. @default {none} */
    readonly others?: readonly ModelFile[];
  },
): Promise<void> {
  const { id, repository, others = [] } = options;
  const files = wantedFiles(options.files);
  const directory = modelPlace(world, repository);
  const wrong = await wrongFiles(world, directory, files);
  verdict.holds(id, wrong.length === 0, wrong.join(", "));
  // Other scenarios judge which of the listed files are wanted.
  const left = await leftovers(world, directory, [...options.files, ...others]);
  verdict.holds("DL-LEFTOVERS", left.length === 0, () => `${left[0]} is left`);
  if (options.others === undefined) return;
  const own = new Set(options.files.map(({ path }) => path));
  const strays = others.filter(({ path }) => path.endsWith(".safetensors") && !own.has(path));
  for (const { path } of strays) {
    const isGone = !(await exists(world.files, filePlace(directory, path)));
    verdict.holds("LAYOUT-STRAYS", isGone, `${path} is left`);
  }
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
