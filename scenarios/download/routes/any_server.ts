/**
 * A plain server says of a file what it likes before it sends it: the length in any spelling or none, of a compressed copy, or for
 * nobody who asks by `HEAD`; the caller may give a hash and say how long the file may be.
 *
 * Invariants checked:
 * - The file has the server's bytes, and its marker their hash; what is not the caller's hash is refused, as is what is no hash at all.
 * - A file that changes meanwhile is one version or the other, or an error, also where the server goes on from any byte and only its
 *   strong tag is another one.
 * - Of a file that is longer than allowed no more than that is taken, and nothing is kept.
 */
import { join } from "node:path";
import fc from "fast-check";
import { type ErrorCode, type Fetch, MARKER_NAME } from "../../../spec/mod.ts";
import {
  exists,
  patternedBytes,
  readBytes,
  readText,
  readTree,
  settled,
  sha256Hex,
  wireLog,
} from "../../../harness/internal.ts";
import { scenario, type Verdict, type World } from "../../../harness/mod.ts";

const NAME = "weights.bin";
const CHUNK_BYTES = 100;
/** Pieces that may be under way when the client gives up. */
const SLACK_BYTES = 8 * CHUNK_BYTES;

/** `Content-Length` as servers write it in answer to `HEAD`, by the true one. */
const LENGTHS: Readonly<Record<string, (length: string) => string | null>> = {
  stated: (length) => length,
  absent: () => null,
  empty: () => "",
  text: (length) => `${length} bytes`,
  "text before": (length) => `about ${length}`,
  hexadecimal: (length) => `0x${Number(length).toString(16)}`,
  "a fraction": (length) => `${length}.5`,
};
/** Hashes that a caller gives, by the true one. */
const HASHES: Readonly<Record<string, (hash: string) => string | undefined>> = {
  none: () => undefined,
  right: (hash) => hash,
  "in capitals": (hash) => hash.toUpperCase(),
  "in blanks": (hash) => ` ${hash}\n`,
  wrong: (hash) => hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
  short: (hash) => hash.slice(1),
  long: (hash) => `${hash}0`,
  "longer before": (hash) => `0${hash}`,
  "no digits": (hash) => `${hash.slice(1)}g`,
  empty: () => "",
};

export const anyServer = scenario({
  name: "download/any_server",
  covers: ["DL-OTHER-WAY", "DL-MAX-SIZE", "ERROR-KIND"],
  goals: ["it was downloaded", "it was too long", "it changed"],
  given: {
    sizeBytes: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1000, max: 3000 })),
    head: fc.constantFrom(200, 200, 200, 200, 200, 200, 204, 206, 400, 403, 405, 501),
    length: fc.constantFrom("stated", "stated", "text", "a fraction", ...Object.keys(LENGTHS)),
    encoding: fc.constantFrom(null, null, "identity", "", "gzip", "br"),
    etag: fc.constantFrom(null, '"strong"', 'W/"weak"', "bare"),
    statesLength: fc.boolean(),
    hash: fc.constantFrom("none", "none", "wrong", ...Object.keys(HASHES)),
    /** How many bytes more, or fewer, than it has the file may have. */
    room: fc.constantFrom(undefined, undefined, -1000, -1000, -1, 0, 1),
    /** Which request for bytes finds another version of the same length. */
    changesAt: fc.constantFrom(...Array.from({ length: 6 }, () => undefined), 1, 2, 3),
    /** Whether the line breaks after some bytes, and the server that goes on looks at no `If-Range`. */
    goesOn: fc.boolean(),
  },
  world: ({ statesLength }) => ({
    style: { chunkBytes: CHUNK_BYTES, sendContentLength: statesLength },
  }),
  async check(given, world, verdict) {
    const { sizeBytes, head, length, encoding, etag, hash, room, changesAt, goesOn } = given;
    const bytes = patternedBytes(sizeBytes);
    const url = world.hub.serveUrl(`/files/${NAME}`, bytes, etag === null ? {} : { etag });
    if (changesAt !== undefined && sizeBytes > 0) {
      await judgeChanged(world, { bytes, etag, changesAt, goesOn, verdict });
      return;
    }
    const sha256 = HASHES[hash]?.(sha256Hex(bytes));
    // Whether a program knows such an option is not known.
    const isCapped = room !== undefined && world.kind !== "process" && sizeBytes + room >= 0;
    const maxSizeBytes = isCapped ? sizeBytes + room : undefined;
    const wire = wireLog();
    // Of a compressed copy, the length is that of the copy.
    const isOfCopy = encoding === "gzip" || encoding === "br";
    const fields = {
      "content-length": LENGTHS[length]?.(isOfCopy ? "20" : String(sizeBytes)) ?? null,
      "content-encoding": encoding,
      etag,
    };
    const subject = world.start({
      relay: (fetch) => wire.watch(answeringHead(fetch, { status: head, fields })),
    });
    const download = () =>
      subject.downloadUrl({
        url,
        ...(sha256 !== undefined && { sha256 }),
        ...(maxSizeBytes !== undefined && { maxSizeBytes }),
      });
    const isMalformed = /short|long|no digits|^empty/.test(hash);
    const isTooLong = maxSizeBytes !== undefined && maxSizeBytes < sizeBytes;
    if (!isMalformed && hash !== "wrong" && !isTooLong) {
      const { directory } = await verdict.attempt("DL-OTHER-WAY", download);
      await judgeKept(world, { directory, bytes, verdict });
      verdict.reached("it was downloaded");
      return;
    }
    const id = isTooLong && !isMalformed ? "DL-MAX-SIZE" : "DL-OTHER-WAY";
    await verdict.fails(id, download, codesOf({ isMalformed, isTooLong, hash }));
    const tree = await readTree(world.files, world.root);
    const kept = tree.find(({ path }) => path.endsWith(`/${NAME}`));
    verdict.holds(id, kept === undefined, () => `${kept?.path} is there`);
    const taken = wire.requests.reduce((sum, { bytesTaken }) => sum + bytesTaken, 0);
    if (isMalformed) {
      verdict.holds(id, taken === 0, `${taken} bytes were taken`);
    } else if (isTooLong) {
      const most = (maxSizeBytes ?? 0) + SLACK_BYTES;
      verdict.holds(id, taken <= most, `${taken} bytes were taken where ${maxSizeBytes} may be`);
      verdict.reached("it was too long");
    }
  },
});

/** A file of which another version takes the place while it is downloaded. */
async function judgeChanged(
  world: World,
  context: {
    readonly bytes: Uint8Array;
    readonly etag: string | null;
    readonly changesAt: number;
    readonly goesOn: boolean;
    readonly verdict: Verdict;
  },
): Promise<void> {
  const { bytes, etag, verdict } = context;
  // Without a strong tag nobody can see that the rest is of another version.
  const goesOn = context.goesOn && etag === '"strong"';
  const changesAt = goesOn ? 2 : context.changesAt;
  if (goesOn)
    world.hub.faults = [
      {
        match: { kind: "url", method: "GET" },
        do: { type: "cut", atByte: CHUNK_BYTES, how: "rst" },
      },
    ];
  const path = `/files/${NAME}`;
  const url = world.hub.serveUrl(path, bytes, etag === null ? {} : { etag });
  const later = bytes.map((byte) => byte ^ 1);
  let asked = 0;
  const changing =
    (fetch: Fetch): Fetch =>
    (address, request) => {
      if (request.method === "GET") asked++;
      if (request.method === "GET" && asked === changesAt) {
        const tag = etag?.replace(/[a-z]+/, "later");
        world.hub.serveUrl(path, later, tag === undefined ? {} : { etag: tag });
        verdict.reached("it changed");
      }
      const { "if-range": _, ...headers } = request.headers;
      return fetch(address, goesOn ? { ...request, headers } : request);
    };
  const result = await settled(() => world.start({ relay: changing }).downloadUrl({ url }));
  if (result === undefined) return;
  const found = Buffer.from(await readBytes(world.files, join(result.directory, NAME)));
  const isOne = found.equals(bytes) || found.equals(later);
  verdict.holds("DL-OTHER-WAY", isOne, "it is partly of one version and partly of another");
}

/** What goes wrong first is said; a file that is too long may have another hash as well. */
function codesOf(case_: {
  readonly isMalformed: boolean;
  readonly isTooLong: boolean;
  readonly hash: string;
}): readonly ErrorCode[] {
  if (case_.isMalformed) return ["invalid-argument"];
  if (!case_.isTooLong) return ["integrity"];
  return case_.hash === "wrong" ? ["limit-exceeded", "integrity"] : ["limit-exceeded"];
}

/** A server that answers `HEAD` so; what it sends afterwards is true. */
function answeringHead(
  fetch: Fetch,
  options: { readonly status: number; readonly fields: Readonly<Record<string, string | null>> },
): Fetch {
  const { status, fields } = options;
  return async (url, request) => {
    const response = await fetch(url, request);
    if (request.method !== "HEAD") return response;
    const get = (name: string) => {
      const lower = name.toLowerCase();
      const isStated = lower in fields;
      return isStated ? (fields[lower] ?? null) : response.headers.get(name);
    };
    return { status, headers: { get }, body: null };
  };
}

async function judgeKept(
  world: World,
  context: { readonly directory: string; readonly bytes: Uint8Array; readonly verdict: Verdict },
): Promise<void> {
  const { directory, bytes, verdict } = context;
  const place = join(directory, NAME);
  const isThere = directory.startsWith(world.root) && (await exists(world.files, place));
  verdict.holds("DL-OTHER-WAY", isThere, `${place} is not there`);
  const found = await readBytes(world.files, place);
  verdict.holds("DL-OTHER-WAY", Buffer.from(found).equals(bytes), "it has other bytes");
  const marker = await readText(world.files, join(directory, MARKER_NAME));
  // A program need not write one.
  if (marker === undefined && world.kind === "process") return;
  const isVouched = marker?.includes(sha256Hex(bytes)) === true;
  verdict.holds("DL-OTHER-WAY", isVouched, "no marker has the hash that was found");
}
