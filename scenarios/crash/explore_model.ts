/**
 * All crashes of one download, and of the downloads that follow them.
 *
 * @module
 */

import {
  type CrashReport,
  exploreCrashes,
  type PersistenceProfile,
} from "../../harness/internal.ts";
import { memoryWorld, modelPlace } from "../../harness/mod.ts";
import type { Subject } from "../../spec/mod.ts";
import type { CrashSubjectMatter } from "./crash_models.ts";
import type { CrashOptions } from "./crash_options.ts";
import { placeAfterCrash, recordRun } from "./recorded_run.ts";

const REPOSITORY = "mlx-community/Crash";

/** Records one download and goes through its crashes, and those of the downloads after them. */
export async function exploreModel(
  subject: Subject,
  { versions, concurrency }: CrashSubjectMatter,
  options: Pick<CrashOptions, "exhaustiveMax" | "samples" | "recoveries" | "seed" | "asked"> & {
    readonly profile: PersistenceProfile;
    /** What the crash during a recovery may leave. */
    readonly again: PersistenceProfile;
  },
): Promise<CrashReport> {
  const { profile, again, exhaustiveMax, samples, recoveries, seed, asked } = options;
  await using world = await memoryWorld(subject);
  const request = { repository: REPOSITORY, concurrency };
  const [first = [], second] = versions;
  world.hub.publish(REPOSITORY, first, { tags: ["mlx"] });
  if (second !== undefined) {
    await world.start().download(request);
    world.hub.publish(REPOSITORY, second, { tags: ["mlx"] });
  }
  const crash = await recordRun(world, {
    directory: modelPlace(world, REPOSITORY),
    request,
    versions,
    isLoadable: true,
    ...(second === undefined ? {} : { before: 0 }),
  });
  return exploreCrashes(placeAfterCrash(world), crash, {
    profile,
    exhaustiveMax,
    samples,
    seed,
    ...(asked === undefined ? {} : { askedMax: asked }),
    again: { profile: again, exhaustiveMax: 32, samples: 4 },
    recoveriesMax: recoveries,
  });
}
