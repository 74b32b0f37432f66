import { constants, crc32, deflateRawSync, gunzipSync } from "node:zlib";
import { type BodyPlan, EXTRA_BYTE, type GeneratedBody } from "./hub_answer.ts";

/** A piece of a body, and how many bytes on the wire it took. */
export interface BodyPiece {
  readonly bytes: Uint8Array;
  readonly wireBytes: number;
}

const BLOCK_BYTES = 1024 * 1024;
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);
let zeroBlock: Uint8Array | undefined;

/**
 * The body as it goes over the wire, piece by piece, up to where the plan breaks it off.
 *
 * Pieces of a file are views of it, so that large files are not copied.
 */
export function* wireChunks(body: BodyPlan, chunkBytes: number): Generator<Uint8Array> {
  const limit = body.cutAfter ?? Number.POSITIVE_INFINITY;
  let sent = 0;
  for (const chunk of pieces(body.bytes, chunkBytes)) {
    if (sent + chunk.length >= limit) {
      if (limit > sent) yield chunk.subarray(0, limit - sent);
      return;
    }
    sent += chunk.length;
    yield chunk;
  }
}

/**
 * The body as a client sees it that undoes `Content-Encoding: gzip`.
 *
 * @throws {Error} (zlib's) when the compressed bytes are damaged
 */
export function* decodedChunks(body: BodyPlan, chunkBytes: number): Generator<BodyPiece> {
  const { bytes, cutAfter } = body;
  if (!(bytes instanceof Uint8Array)) {
    yield* decodedGenerated(body, chunkBytes);
    return;
  }
  const there = cutAfter === undefined ? bytes : bytes.subarray(0, cutAfter);
  // With a flush at the end a body that breaks off yields what can be decoded of it.
  const plain = gunzipSync(there, { finishFlush: constants.Z_SYNC_FLUSH });
  let wireBytes = there.length;
  for (const chunk of slices(plain, chunkBytes)) {
    yield { bytes: chunk, wireBytes };
    wireBytes = 0;
  }
}

// What a bomb inflates to is known, so it is not really inflated.
function* decodedGenerated(body: BodyPlan, chunkBytes: number): Generator<BodyPiece> {
  const { bytes } = body;
  if (bytes instanceof Uint8Array || bytes.generate !== "gzip-bomb") return;
  const block = compressedBlock().length;
  for (let done = 0; done < bytes.inflatedBytes; done += chunkBytes) {
    const size = Math.min(chunkBytes, bytes.inflatedBytes - done);
    const wireBytes = Math.ceil((size * block) / BLOCK_BYTES);
    yield { bytes: new Uint8Array(size), wireBytes };
  }
}

function* pieces(bytes: Uint8Array | GeneratedBody, chunkBytes: number): Generator<Uint8Array> {
  if (bytes instanceof Uint8Array) {
    yield* slices(bytes, chunkBytes);
  } else if (bytes.generate === "gzip-bomb") {
    yield* gzipBomb(bytes.inflatedBytes);
  } else {
    yield* slices(bytes.head, chunkBytes);
    const filler = new Uint8Array(chunkBytes).fill(EXTRA_BYTE);
    for (;;) yield filler;
  }
}

function* slices(bytes: Uint8Array, chunkBytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

function compressedBlock(): Uint8Array {
  zeroBlock ??= deflateRawSync(new Uint8Array(BLOCK_BYTES), {
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  return zeroBlock;
}

// One member, because some clients read only the first. Each block ends at a byte boundary and
// refers to nothing before it, so the same compressed bytes can be repeated.
function* gzipBomb(inflatedBytes: number): Generator<Uint8Array> {
  yield GZIP_HEADER;
  const zeros = new Uint8Array(BLOCK_BYTES);
  let checksum = 0;
  let left = inflatedBytes;
  for (; left >= BLOCK_BYTES; left -= BLOCK_BYTES) {
    checksum = crc32(zeros, checksum);
    yield compressedBlock();
  }
  const rest = zeros.subarray(0, left);
  yield deflateRawSync(rest);
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, crc32(rest, checksum), true);
  trailer.setUint32(4, inflatedBytes % 2 ** 32, true);
  yield new Uint8Array(trailer.buffer);
}
