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
import { placeAfterCrash, recordRun } from "./recorded_run.ts";

const REPOSITORY = "mlx-community/Crash";

/** How far the crashes of a model are explored. */
export interface ExploreModelOptions {
  readonly profile: PersistenceProfile;
  /** What the crash during a recovery may leave. */
  readonly again: PersistenceProfile;
  /** Choices at one moment up to which all are taken. */
  readonly exhaustiveMax: number;
  /** Choices that are drawn at a moment that has more. */
  readonly samples: number;
  /** Recoveries that are crashed. */
  readonly recoveries: number;
  readonly seed: number;
  /** Most states that the subject is asked about; undefined for all. */
  readonly asked: number | undefined;
}

/** Records one download and explores its crashes, and those of the downloads after them. */
export async function exploreModel(
  subject: Subject,
  { versions, concurrency }: CrashSubjectMatter,
  options: ExploreModelOptions,
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
