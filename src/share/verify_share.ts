import { join } from "node:path";
import type { Digest, FileSystem } from "../../spec/mod.ts";
import { hashFile } from "../disk/file_hash.ts";
import { ModelError } from "../errors.ts";
import { digestOf, type VerifiedFile } from "./give_data.ts";
import { type DataPlacement, type SharePlan, taken } from "./plan_share.ts";

/** A place, and the data that is right for it. */
export interface VerifiedPlacement {
  readonly placement: DataPlacement;
  readonly file: VerifiedFile;
}

/**
 * Reads every byte that a share is about, before it changes anything: the copy must have what is recorded of it, and what the store has
 * already must be the same: `SHARE-VERIFIED`, `SHARE-OWN`.
 *
 * @throws {ModelError} `integrity`, `access-denied` where the store has something else in a place, `cancelled`
 */
export async function verifyShare(
  files: FileSystem,
  { data, target, source }: SharePlan,
  signal: AbortSignal | undefined,
): Promise<readonly VerifiedPlacement[]> {
  const verified: VerifiedPlacement[] = [];
  for (const placement of data) {
    const { path, data: place, digest, sizeBytes } = placement.source;
    // What changes while it is read is seen when it is given its place.
    const stat = await files.lstat(place);
    const actual = await actualDigest(files, place, { digest, signal });
    if (digest !== undefined && (actual !== digest || stat.sizeBytes !== sizeBytes)) {
      throw new ModelError(
        "integrity",
        `Cannot share "${path}" of "${source.directory}": its bytes are not the recorded ones; run "mlx-layout doctor ${source.directory}"`,
        { file: path, expected: digest, actual },
      );
    }
    const isTaken = placement.way === "there" || placement.way === "replace";
    const there = join(target.base, placement.at);
    if (isTaken && (await files.stat(there)).inode !== stat.inode) {
      const data = await files.realpath(there);
      if ((await digestOf(files, data, { like: actual, signal })) !== actual)
        throw taken(there, path);
    }
    verified.push({ placement, file: { path, data: place, digest: actual, stat } });
  }
  return verified;
}

async function actualDigest(
  files: FileSystem,
  place: string,
  {
    digest,
    signal,
  }: { readonly digest: Digest | undefined; readonly signal: AbortSignal | undefined },
): Promise<Digest> {
  if (digest !== undefined) return digestOf(files, place, { like: digest, signal });
  return (await hashFile(files, place, { algorithm: "sha256", signal })).digest;
}
