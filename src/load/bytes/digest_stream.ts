import { createHash, type Hash } from "node:crypto";
import type { Digest, OpenFile } from "../../../spec/mod.ts";
import { type PieceHash, pieceHash } from "../../node/hash/piece_hash.ts";
import { readAt } from "./read_bytes.ts";

/** Computes a digest of bytes that arrive in pieces. */
export class DigestStream {
  readonly #kind: "sha256" | "git-sha1";
  readonly #hash: Hash;

  /**
   * @param like a digest of the kind that is wanted
   * @param sizeBytes size of all bytes; git hashes it before them
   */
  constructor(like: Digest, sizeBytes: number) {
    this.#kind = like.startsWith("sha256:") ? "sha256" : "git-sha1";
    this.#hash = createHash(this.#kind === "sha256" ? "sha256" : "sha1");
    if (this.#kind === "git-sha1") this.#hash.update(`blob ${sizeBytes}\0`);
  }

  push(piece: Uint8Array): void {
    this.#hash.update(piece);
  }

  /** Notes that nothing follows. */
  end(): Digest {
    return `${this.#kind}:${this.#hash.digest("hex")}`;
  }
}

const PIECE_SIZE_BYTES = 1024 * 1024;

/**
 * Begins the digest of a file that is read in pieces; of a large one in another thread.
 *
 * @param like a digest of the kind that is wanted
 */
export function beginDigest(
  like: Digest,
  {
    sizeBytes,
    pieceBytes,
  }: { readonly sizeBytes: number; readonly pieceBytes: number | undefined },
): PieceHash {
  const isGit = !like.startsWith("sha256:");
  return pieceHash({
    algorithm: isGit ? "sha1" : "sha256",
    // Git hashes the size before the bytes.
    prefix: isGit ? `blob ${sizeBytes}\0` : "",
    sizeBytes,
    // One byte more than is there shows the end, and whether the file grew.
    pieceBytes: Math.min(pieceBytes ?? PIECE_SIZE_BYTES, sizeBytes + 1),
    mayThread: pieceBytes === undefined,
  });
}

/** Ends a digest. */
export async function endDigest(like: Digest, pieces: PieceHash): Promise<Digest> {
  const kind = like.startsWith("sha256:") ? "sha256" : "git-sha1";
  return `${kind}:${await pieces.end()}`;
}

/** Hashes the part of a file from `start` to its end. */
export async function digestFrom(
  file: OpenFile,
  pieces: PieceHash,
  options: { readonly start: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  for (let position = options.start; ;) {
    options.signal?.throwIfAborted();
    const count = await readAt(file, await pieces.next(), position);
    if (count === 0) return;
    pieces.push(count);
    position += count;
  }
}

/** Hashes a whole file in the way of a given digest. */
export async function digestLike(
  like: Digest,
  file: OpenFile,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Digest> {
  const { sizeBytes } = await file.stat();
  using pieces = beginDigest(like, { sizeBytes, pieceBytes: file.pieceBytes });
  await digestFrom(file, pieces, { start: 0, ...options });
  return endDigest(like, pieces);
}
