import { createHash, type Hash } from "node:crypto";
import type { Digest, OpenFile } from "../../../spec/mod.ts";
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
 * Hashes the part of a file from `start` to its end.
 *
 * @returns how many bytes that were
 */
export async function digestFrom(
  file: OpenFile,
  digest: DigestStream,
  options: { readonly start: number; readonly signal?: AbortSignal },
): Promise<number> {
  const { sizeBytes } = await file.stat();
  // One byte more than is there shows the end, and whether the file grew.
  const rest = Math.max(0, sizeBytes - options.start) + 1;
  const buffer = new Uint8Array(Math.min(file.pieceBytes ?? PIECE_SIZE_BYTES, rest));
  let position = options.start;
  for (;;) {
    options.signal?.throwIfAborted();
    const count = await readAt(file, buffer, position);
    if (count === 0) return position - options.start;
    digest.push(buffer.subarray(0, count));
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
  const digest = new DigestStream(like, sizeBytes);
  await digestFrom(file, digest, { start: 0, ...options });
  return digest.end();
}
