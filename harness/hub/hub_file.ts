import { createHash } from "node:crypto";

/** One file of a published repository. */
export interface HubFile {
  /** Repository-relative path, as the listing shows it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Whether the hub keeps the bytes in its large file store. */
  readonly lfs: boolean;
}

interface Memo {
  blobSha1?: string;
  sha256?: string;
  pointer?: Uint8Array;
}

// Cases run thousands of times over the same few files, so each array is hashed once.
// The arrays must not be changed after they were published.
const memos = new WeakMap<Uint8Array, Memo>();

function memoOf(bytes: Uint8Array): Memo {
  let memo = memos.get(bytes);
  if (memo === undefined) {
    memo = {};
    memos.set(bytes, memo);
  }
  return memo;
}

/**
 * Names bytes the way Git names a blob: the `oid` and the `ETag` of a small file.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { gitBlobSha1 } from "mlx-conform/internal";
 *
 * assert.equal(gitBlobSha1(new Uint8Array()), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
 * ```
 */
export function gitBlobSha1(bytes: Uint8Array): string {
  const memo = memoOf(bytes);
  memo.blobSha1 ??= createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  return memo.blobSha1;
}

/** Names bytes the way the large file store does: 64 hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  const memo = memoOf(bytes);
  memo.sha256 ??= createHash("sha256").update(bytes).digest("hex");
  return memo.sha256;
}

/** The small text that Git holds in place of a file of the large file store. */
export function lfsPointer(bytes: Uint8Array): Uint8Array {
  const memo = memoOf(bytes);
  memo.pointer ??= new TextEncoder().encode(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256Hex(bytes)}\nsize ${bytes.length}\n`,
  );
  return memo.pointer;
}

/** What the hub calls the file's content: SHA-256 in the large file store, Git's blob id otherwise. */
export function contentEtag(file: HubFile): string {
  return file.lfs ? sha256Hex(file.bytes) : gitBlobSha1(file.bytes);
}
