import { dirname, join } from "node:path";
import { MARKER_NAME, type ShareWay } from "../../spec/mod.ts";
import { throwIfAborted } from "../cancellation.ts";
import { makeDirectories } from "../disk/directories.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { temporaryName, writeTemporaryFile } from "../disk/small_file.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import type { LockHost, ModelClaim } from "../records/model_claim.ts";
import { giveData } from "./give_data.ts";
import { isWeight, type SharePlan, type TextPlacement } from "./plan_share.ts";
import { recordText, type ShareRecord } from "./share_records.ts";
import type { VerifiedPlacement } from "./verify_share.ts";

/** What is put into a store, and by whose right. */
export interface PlacingOptions {
  readonly claim: ModelClaim;
  readonly plan: SharePlan;
  readonly verified: readonly VerifiedPlacement[];
  readonly records: readonly ShareRecord[];
  readonly repository: string;
  readonly mayCopy: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts everything of a model into its places, each by one rename of what is whole: data, then links, then what shows that there is a
 * model, each made durable before the next: `SHARE-CRASH`, `DL-CONFIG-LAST`, `LAYOUT-REF-LAST`, `MARK-LAST`.
 *
 * @param host its disk is that of the claim on the store
 * @returns how each data came to its place, by that place
 */
export async function placeShare(
  host: LockHost,
  options: PlacingOptions,
): Promise<ReadonlyMap<string, ShareWay>> {
  const { plan, verified, records } = options;
  const ways = new Map<string, ShareWay>();
  const isLast = ({ at }: { readonly at: string }) => at.split("/").at(-1) === "config.json";
  const data = async (list: readonly VerifiedPlacement[]) => {
    for (const one of list) ways.set(one.placement.at, await placeData(host, one, options));
    await syncParents(host, plan, list);
  };
  const texts = async (list: readonly TextPlacement[]) => {
    for (const one of list) await placeText(host, one, options);
    await syncParents(host, plan, list);
  };
  await data(verified.filter(({ placement }) => !isLast(placement)));
  await texts(plan.links.filter((link) => !isLast(link)));
  await data(verified.filter(({ placement }) => isLast(placement)));
  await texts(plan.links.filter(isLast));
  const isMarker = ({ file }: ShareRecord) => file === undefined;
  await texts(
    await written(
      host,
      records.filter((one) => !isMarker(one)),
      options,
    ),
  );
  for (const ref of plan.refs) await texts([ref]);
  await texts(await written(host, records.filter(isMarker), options));
  return ways;
}

async function written(
  { files, clock }: LockHost,
  records: readonly ShareRecord[],
  { plan, repository }: PlacingOptions,
): Promise<TextPlacement[]> {
  const texts: TextPlacement[] = [];
  for (const { at, file } of records) {
    const text = await recordText(files, plan, { repository, file, nowMs: clock.now() });
    texts.push({ kind: "text", at, text, way: "copy" });
  }
  return texts;
}

async function placeData(
  host: LockHost,
  { placement, file }: VerifiedPlacement,
  { claim, plan, mayCopy, signal }: PlacingOptions,
): Promise<ShareWay> {
  const { files } = host;
  const { at, way } = placement;
  throwIfAborted(signal);
  await claim.assertHeld();
  const place = join(plan.target.base, at);
  if (way === "there") return "there";
  const given = await giveData(host, file, {
    directory: claim.directory,
    isLinked: isWeight(file.path),
    mayCopy,
    signal,
  });
  await makeDirectories(files, dirname(place));
  await files.rename(given.temporary, place);
  return way === "replace" && given.way === "link" ? "replace" : given.way;
}

async function placeText(
  { files, random }: LockHost,
  { kind, at, text, way }: TextPlacement,
  { claim, plan, signal }: PlacingOptions,
): Promise<void> {
  throwIfAborted(signal);
  await claim.assertHeld();
  const place = join(plan.target.base, at);
  const isThere = (await lstatIfThere(files, place)) !== undefined;
  if (way === "there" || (isThere && way !== "replace")) return;
  const { directory: temporaryDirectory } = claim;
  await makeDirectories(files, dirname(place));
  if (kind === "text") {
    const temporary = await writeTemporaryFile(files, { text, temporaryDirectory, random });
    await files.rename(temporary, place);
    return;
  }
  const temporary = join(temporaryDirectory, temporaryName(random));
  try {
    await files.symlink(text, temporary);
  } catch (error) {
    if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes(errnoOf(error) ?? "")) throw error;
    throw new ModelError(
      "unsupported",
      `Cannot share with "${plan.target.place.root}": its volume has no symbolic links, which the hub's cache is made of; name a cache on another volume`,
      { cause: error },
    );
  }
  await files.rename(temporary, place);
}

async function syncParents(
  { files }: LockHost,
  { target }: SharePlan,
  list: readonly (VerifiedPlacement | TextPlacement)[],
): Promise<void> {
  const changed = new Set<string>();
  for (const one of list) {
    const { at, way } = "placement" in one ? one.placement : one;
    if (way !== "there") changed.add(dirname(join(target.base, at)));
  }
  for (const directory of changed) await files.syncDirectory(directory);
}

/** Whether a path is that of a marker. */
export function isMarkerAt(at: string): boolean {
  return at.split("/").at(-1) === MARKER_NAME;
}
