import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { HashThread } from "./hash_thread.ts";
import { type PieceHash, pieceHash, THREAD_BYTES_MIN } from "./piece_hash.ts";

const ALGORITHMS = ["sha256", "sha1"] as const;
/** Not a multiple of a piece. */
const SIZE_BYTES = 9_000_001;

test("pieceHash() gives the hash of all pieces, in this thread", async () => {
  for (const algorithm of ALGORITHMS) {
    using pieces = pieceHash({ algorithm, prefix: "p", sizeBytes: SIZE_BYTES, pieceBytes: 65_536 });
    assert.equal(await hashOf(pieces), expected(algorithm, "p"));
  }
});

test("HashThread gives the hash of all pieces, of one file after another and of two at once", async () => {
  for (const algorithm of ALGORITHMS) {
    using one = HashThread.begin(algorithm, "p");
    using two = HashThread.begin("sha256", "");
    const hashes = await Promise.all([hashOf(one), hashOf(two)]);
    assert.deepEqual(hashes, [expected(algorithm, "p"), expected("sha256", "")]);
  }
});

test("HashThread gives no place away that is still to be hashed", async () => {
  using pieces = HashThread.begin("sha256", "");
  const hash = createHash("sha256");
  for (let piece = 0; piece < 12; piece++) {
    const place = await pieces.next();
    place.fill(piece);
    hash.update(place);
    pieces.push(place.length);
  }
  assert.equal(await pieces.end(), hash.digest("hex"));
});

test("HashThread is let go in the midst of a file, and the next one has nothing of it", async () => {
  {
    using pieces = HashThread.begin("sha256", "");
    (await pieces.next()).fill(1);
    pieces.push(1);
  }
  using pieces = HashThread.begin("sha256", "");
  assert.equal(await hashOf(pieces), expected("sha256", ""));
});

test("pieceHash() takes no thread for a file that is small, or whose world asks for pieces", () => {
  const options = { algorithm: "sha256", pieceBytes: 8 } as const;
  for (const more of [
    { sizeBytes: THREAD_BYTES_MIN - 1 },
    { sizeBytes: THREAD_BYTES_MIN, mayThread: false },
  ]) {
    using pieces = pieceHash({ ...options, ...more });
    assert.equal(pieces instanceof HashThread, false);
  }
});

// Helpers

const BYTES = Uint8Array.from({ length: SIZE_BYTES }, (_, at) => (at * 31) % 251);

function expected(algorithm: (typeof ALGORITHMS)[number], prefix: string): string {
  return createHash(algorithm).update(prefix).update(BYTES).digest("hex");
}

async function hashOf(pieces: PieceHash): Promise<string> {
  for (let at = 0; at < BYTES.length;) {
    const place = await pieces.next();
    const piece = BYTES.subarray(at, at + place.length);
    place.set(piece);
    pieces.push(piece.length);
    at += piece.length;
  }
  return pieces.end();
}
