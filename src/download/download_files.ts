import { dirname } from "node:path";
import type { DownloadResult, FileSystem, Host, WaitOptions } from "../../spec/mod.ts";
import { throwIfAborted } from "../cancellation.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { diskError } from "../disk/disk_error.ts";
import { unlinkIfThere, writeSmallFile } from "../disk/small_file.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { assertExactCase, assertNoLink } from "../layout/inside_root.ts";
import {
  type ModelPlace,
  PARTIAL_SUFFIX,
  placeOfClaim,
  type Staging,
} from "../layout/model_place.ts";
import { assertNoNameConflicts } from "../layout/name_conflicts.ts";
import { type EarlierFiles, earlierFiles, type WrittenPlan } from "../records/earlier_files.ts";
import { formatMarker, readMarker } from "../records/marker.ts";
import { metadataPath } from "../records/metadata.ts";
import type { ModelClaim } from "../records/model_claim.ts";
import { withModelLock } from "../records/model_lock.ts";
import { type DownloadTask, filePath } from "./download_task.ts";
import { makeRoom, removeStale } from "./make_room.ts";
import { publishModel, removeMetadata } from "./publish/publish_model.ts";
import { publisherOf } from "./publish/publisher_of.ts";
import { assertNotSuperseded, SupersededError } from "./superseded.ts";
import { adoptPartials } from "./transfer/adopt_partials.ts";
import { fetchMissing } from "./transfer/fetch_missing.ts";
import { ProgressMeter } from "./transfer/progress_meter.ts";
import { wholeWithoutWriting } from "./whole_without_writing.ts";

/**
 * Carries out a download: check, lock, fetch and verify everything, then publish everything.
 *
 * Nothing at a final path changes before every content is verified, so a failure leaves what was good before.
 *
 * @throws {ModelError} as the disk, the server or the caller ends it
 */
export async function downloadFiles(
  host: Host,
  task: DownloadTask,
  options: WaitOptions = {},
): Promise<DownloadResult> {
  const { place, source } = task;
  try {
    await assertPlaceable(host, task);
    return await downloadOnce(host, task, options);
  } catch (error) {
    const whole = await wholeWithoutWriting(host.files, task, { ...options, error });
    if (whole !== undefined) return whole;
    throw diskError(error, `keep "${source}" in "${place.directory}"`);
  }
}

/** Who loses the claim says what the other process has made of the model, once that is done: `DL-FENCED`. */
async function downloadOnce(
  host: Host,
  task: DownloadTask,
  options: WaitOptions,
  lost?: ModelError,
): Promise<DownloadResult> {
  const { place } = task;
  try {
    return await withModelLock(host, place.staging, {
      signal: options.signal,
      purpose: "download",
      action: (claim) => downloadClaimed(host, task, { ...options, claim, lost }),
      after: () => removeEmptyStaging(host.files, place),
    });
  } catch (error) {
    const isLost = error instanceof ModelError && error.code === "claim-lost";
    if (!isLost || lost !== undefined || error instanceof SupersededError) throw error;
    const { onProgress } = options;
    return downloadOnce(
      host,
      task,
      {
        ...options,
        // What was reported is not taken back.
        onProgress: (progress) => progress.phase === "done" && onProgress?.(progress),
      },
      error,
    );
  }
}

/** As the holder of a claim: everything is made in the claim's own directory, and published from there. */
async function downloadClaimed(
  host: Host,
  task: DownloadTask,
  options: WaitOptions & { readonly claim: ModelClaim; readonly lost: ModelError | undefined },
): Promise<DownloadResult> {
  const { claim, lost } = options;
  const { signal = claim.lost } = options;
  const claimed = { ...task, place: placeOfClaim(task.place, claim.directory) };
  await adoptPartials(claim, task);
  return downloadLocked({ ...host, files: claim.files }, claimed, {
    ...options,
    signal: AbortSignal.any([signal, claim.lost]),
    lost,
    ownStaging: task.place.staging,
  });
}

/** Everything that can be refused before anything is written. */
export async function assertPlaceable(host: Host, task: DownloadTask): Promise<void> {
  const { files, random } = host;
  const { place, wanted } = task;
  const { root, directory, staging } = place;
  const directories = new Set([
    directory,
    staging.partials,
    staging.temporary,
    staging.locks,
    staging.work,
    dirname(metadataPath(directory, "x")),
    ...publisherOf(place).directories(task),
  ]);
  for (const { path } of wanted) {
    directories.add(dirname(filePath(task, path)));
    directories.add(dirname(metadataPath(directory, path)));
  }
  for (const one of directories) await assertNoLink(files, root, one);
  await assertExactCase(files, root, directory);
  const paths = wanted.map((file) => file.path);
  await assertNoNameConflicts(files, paths, { root, directory, random });
}

async function downloadLocked(
  host: Host,
  task: DownloadTask,
  options: WaitOptions & {
    readonly lost: ModelError | undefined;
    /** The model's own, where earlier claims left what nothing has adopted. */
    readonly ownStaging: Staging;
  },
): Promise<DownloadResult> {
  const { files } = host;
  const { signal, lost, ownStaging } = options;
  const { directory, staging } = task.place;
  const publisher = publisherOf(task.place);
  const marker = await readMarker(files, directory);
  if (lost === undefined) assertNotSuperseded(task, marker);
  const earlier = await earlierFiles(files, task, marker);
  const disk = await publisher.inspect(files, task, { marker, signal });
  if (lost !== undefined && disk.missing.length > 0) throw lost;
  await makeRoom(host, task, { disk, ownStaging });
  const hadPlan = (await lstatIfThere(files, staging.plan)) !== undefined;
  if (disk.missing.length > 0) await writePlan(host, task, earlier);
  await removeStale(files, task.place, { disk, ownStaging });
  const meter = new ProgressMeter(totalsOf(task), options.onProgress);
  const here = [...disk.kept, ...disk.unlinked];
  meter.kept(
    here.length,
    here.reduce((sum, file) => sum + file.sizeBytes, 0),
  );
  const { staged, bytesFetched } = await fetchMissing(host, task, {
    disk,
    meter,
    signal,
  }).catch(async (error: unknown) => {
    // A plan of nothing at all would only make an absent model look begun.
    const left = await namesIn(files, staging.partials);
    if (!hadPlan && !left.some((name) => name.endsWith(PARTIAL_SUFFIX)))
      await unlinkIfThere(files, staging.plan);
    throw error;
  });
  const strays = await publisher.findStrays(files, task, { earlier, signal });
  // From here on nothing waits for the network, and stopping half-way would not help.
  throwIfAborted(signal);
  meter.report("publish");
  const { kept, unlinked } = disk;
  await publishModel(host, publisher, { task, kept, unlinked, staged, strays, marker });
  await removeOrphanedMetadata(files, task, earlier);
  await unlinkIfThere(files, staging.plan);
  throwIfAborted(signal);
  meter.report("done");
  const placed = [...here, ...staged];
  return {
    directory,
    commit: task.commit,
    files: placed
      .map(({ wanted, sizeBytes }) => ({ path: wanted.path, sizeBytes }))
      .toSorted((one, two) => (one.path < two.path ? -1 : 1)),
    bytesFetched,
    offline: false,
  };
}

function totalsOf(task: DownloadTask): {
  readonly bytesTotal: number;
  readonly filesTotal: number;
} {
  const bytesTotal = task.wanted.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0);
  return { bytesTotal, filesTotal: task.wanted.length };
}

/**
 * Writes down what is wanted, and what earlier downloads brought: so what is missing can be named without the network
 * (`OFF-INCOMPLETE`), and what a killed download has left is known for what it is (`LAYOUT-STRAYS`).
 */
async function writePlan(host: Host, task: DownloadTask, earlier: EarlierFiles): Promise<void> {
  const { staging } = task.place;
  const plan: WrittenPlan = {
    format: "mlx-layout/1",
    source: task.source,
    revision: task.revision,
    commit: task.commit,
    include: task.include,
    exclude: task.exclude,
    files: task.wanted.flatMap(({ path, sizeBytes, digest }) =>
      sizeBytes === undefined || digest === undefined
        ? []
        : [{ path, sizeBytes, digest, modifiedMs: 0 }],
    ),
    earlier: [...earlier],
  };
  const { files, random } = host;
  await writeSmallFile(files, staging.plan, {
    text: formatMarker(plan),
    temporaryDirectory: staging.temporary,
    random,
  });
}

/** A removal of a stray that was cut short has left what was known of it: `DL-LEFTOVERS`. */
async function removeOrphanedMetadata(
  files: FileSystem,
  task: DownloadTask,
  earlier: EarlierFiles,
): Promise<void> {
  for (const path of earlier.keys()) {
    if (task.listed.has(path)) continue;
    if ((await lstatIfThere(files, filePath(task, path))) === undefined)
      await removeMetadata(files, task.place.directory, path);
  }
}

async function removeEmptyStaging(files: FileSystem, place: ModelPlace): Promise<void> {
  const { temporary, partials, work, locks } = place.staging;
  for (const directory of [temporary, partials, work, locks])
    await removeEmptyDirectories(files, directory, place.root);
}
