import { join } from "node:path";
import type { Digest, FileSystem, WaitOptions } from "../../spec/mod.ts";
import { algorithmOf, hashFile } from "../disk/file_hash.ts";
import { ModelError } from "../errors.ts";
import type { VerifiedFile } from "./give_data.ts";
import { type DataPlacement, type SharePlan, taken } from "./plan_share.ts";

/** A place, and the data that is right for it. */
export interface VerifiedPlacement {
  readonly placement: DataPlacement;
  readonly file: VerifiedFile;
}

/** Who waits for a verification. */
export type VerifyOptions = Pick<WaitOptions, "signal" | "onProgress">;

/**
 * Reads every byte that a share is about, before it changes anything: the copy must have what is recorded of it, and what the store has
 * already must be the same: `SHARE-VERIFIED`, `SHARE-OWN`.
 *
 * @throws {ModelError} `integrity`, `access-denied` where the store has something else in a place, `cancelled`
 */
export async function verifyShare(
  files: FileSystem,
  { data, target, source }: SharePlan,
  options: VerifyOptions,
): Promise<readonly VerifiedPlacement[]> {
  const reads = new Reading(files, data, options);
  const verified: VerifiedPlacement[] = [];
  for (const placement of data) {
    const { path, data: place, digest, sizeBytes } = placement.source;
    // What changes while it is read is seen when it is given its place.
    const stat = await files.lstat(place);
    const actual = await reads.digest(place, path, digest);
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
      const theirs = await reads.digest(await files.realpath(there), path, actual);
      if (theirs !== actual) throw taken(target, placement.at, path);
    }
    verified.push({ placement, file: { path, data: place, digest: actual, stat } });
  }
  return verified;
}

/** Hashes files, and says how far that is. */
class Reading {
  readonly #files: FileSystem;
  readonly #options: VerifyOptions;
  readonly #bytesTotal: number;
  readonly #filesTotal: number;
  #bytesDone = 0;
  #filesDone = 0;

  constructor(files: FileSystem, data: readonly DataPlacement[], options: VerifyOptions) {
    this.#files = files;
    this.#options = options;
    // A duplicate is read as well as the copy.
    const sizes = data.map(({ way, source: { sizeBytes } }) =>
      way === "replace" ? 2 * sizeBytes : sizeBytes,
    );
    this.#bytesTotal = sizes.reduce((sum, bytes) => sum + bytes, 0);
    this.#filesTotal = data.length;
  }

  /** @param like a digest of the algorithm that is asked for; SHA-256 where there is none */
  async digest(place: string, path: string, like: Digest | undefined): Promise<Digest> {
    const { digest } = await hashFile(this.#files, place, {
      algorithm: like === undefined ? "sha256" : algorithmOf(like),
      signal: this.#options.signal,
      onBytes: (count) => this.#read(count, path),
    });
    this.#filesDone = Math.min(this.#filesDone + 1, this.#filesTotal);
    return digest;
  }

  #read(count: number, file: string): void {
    const bytesTotal = this.#bytesTotal;
    this.#bytesDone = Math.min(this.#bytesDone + count, bytesTotal);
    this.#options.onProgress?.({
      phase: "transfer",
      bytesDone: this.#bytesDone,
      bytesTotal,
      filesDone: this.#filesDone,
      filesTotal: this.#filesTotal,
      fraction: bytesTotal === 0 ? 0 : this.#bytesDone / bytesTotal,
      file,
    });
  }
}
