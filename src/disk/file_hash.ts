import { createHash, type Hash } from "node:crypto";
import type { Digest, FileSystem, OpenFile } from "../../spec/mod.ts";
import { throwIfAborted } from "../cancellation.ts";
import { pieceHash } from "../node/hash/piece_hash.ts";

const READ_BYTES = 1024 * 1024;

/** Which hash a digest is of. */
export type DigestAlgorithm = "sha256" | "git-sha1";

/** The algorithm that a digest names. */
export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.startsWith("sha256:") ? "sha256" : "git-sha1";
}

/** A hash in the making. */
export class DigestStream {
  readonly #algorithm: DigestAlgorithm;
  readonly #hash: Hash;

  /** @param sizeBytes the file's whole size, which a git blob hash begins with */
  constructor(algorithm: DigestAlgorithm, sizeBytes: number) {
    this.#algorithm = algorithm;
    this.#hash = createHash(algorithm === "sha256" ? "sha256" : "sha1");
    if (algorithm === "git-sha1") this.#hash.update(`blob ${sizeBytes}\0`);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  finish(): Digest {
    return `${this.#algorithm}:${this.#hash.digest("hex")}`;
  }
}

/** Feeds the first `sizeBytes` of an open file into a hash. @returns how many bytes there were */
export async function hashPrefix(
  file: OpenFile,
  sizeBytes: number,
  options: {
    readonly into: DigestStream;
    readonly signal?: AbortSignal | undefined;
    readonly onBytes?: ((count: number) => void) | undefined;
  },
): Promise<number> {
  const buffer = new Uint8Array(Math.max(1, Math.min(file.pieceBytes ?? READ_BYTES, sizeBytes)));
  let at = 0;
  while (at < sizeBytes) {
    throwIfAborted(options.signal);
    const count = await file.read(buffer.subarray(0, Math.min(buffer.length, sizeBytes - at)), at);
    if (count === 0) break;
    options.into.update(buffer.subarray(0, count));
    at += count;
    options.onBytes?.(count);
  }
  return at;
}

/** Options of {@linkcode hashFile}. */
export interface HashFileOptions {
  readonly algorithm: DigestAlgorithm;
  readonly signal?: AbortSignal | undefined;
  /** Called with each number of bytes that was read. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

/**
 * Hashes a file on disk; a large one in another thread, while this one reads on.
 *
 * @returns its size in bytes and its digest
 */
export async function hashFile(
  files: FileSystem,
  path: string,
  options: HashFileOptions,
): Promise<{ readonly sizeBytes: number; readonly digest: Digest }> {
  const file = await files.open(path, "r");
  try {
    const { sizeBytes } = await file.stat();
    const { algorithm, signal, onBytes } = options;
    using pieces = pieceHash({
      algorithm: algorithm === "sha256" ? "sha256" : "sha1",
      prefix: algorithm === "sha256" ? "" : `blob ${sizeBytes}\0`,
      sizeBytes,
      pieceBytes: Math.max(1, Math.min(file.pieceBytes ?? READ_BYTES, sizeBytes)),
      mayThread: file.pieceBytes === undefined,
    });
    for (let at = 0; at < sizeBytes;) {
      throwIfAborted(signal);
      const place = await pieces.next();
      const count = await file.read(place.subarray(0, Math.min(place.length, sizeBytes - at)), at);
      if (count === 0) break;
      pieces.push(count);
      at += count;
      onBytes?.(count);
    }
    return { sizeBytes, digest: `${algorithm}:${await pieces.end()}` };
  } finally {
    await file.close();
  }
}
