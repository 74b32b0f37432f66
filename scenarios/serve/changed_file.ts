/**
 * A machine serves a model, and somebody changes one of its files: before it, or a part of it, is asked for again, when the head of the
 * answer is there and nothing of its body, or while that is being sent, up to its last piece.
 *
 * Invariants checked:
 * - Under the former tag arrive the former bytes, or the beginning of them in a body that breaks, or an error.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { ModelServer } from "../../spec/mod.ts";
import {
  askServer,
  beginServing,
  overwriteBytes,
  patternedBytes,
  writeBytes,
} from "../../harness/internal.ts";
import { anySmallModel, filePlace, scenario, type World } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Changing-4bit";

const OTHER = "other.safetensors";
const CHANGES = [
  "overwritten",
  "replaced",
  "replaced by one as old",
  "cut",
  "removed",
  "a link",
] as const;

const MOMENTS = ["before the request", "before the body", "while it is sent"] as const;
/** A part of so many bytes is mostly one piece. */
const SHORT_BYTES_MAX = 300;
/** A file has about so many pieces. */
const PIECES_MAX = 12;

export const changedFile = scenario({
  name: "serve/changed_file",
  covers: ["SERVE-CHANGED"],
  goals: [...MOMENTS, "a short part"],
  pieceBytes: [256],
  given: {
    model: anySmallModel({ weightBytesMax: 3000 }),
    layout: fc.constantFrom("hubapi", "hf-cache"),
    change: fc.constantFrom(...CHANGES),
    moment: fc.constantFrom(...MOMENTS),
    salt: fc.nat(100),
    start: fc.nat(200),
    /** Bytes that are asked for; undefined for all from there. */
    count: fc.option(fc.integer({ min: 1, max: SHORT_BYTES_MAX }), { nil: undefined }),
    /** After so many pieces the file is changed. */
    pieces: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: PIECES_MAX })),
  },
  async check({ model, layout, change, moment, salt, start, count, pieces }, world, verdict) {
    const { files: disk } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const subject = world.start();
    const { directory } = await subject.download({ repository: REPOSITORY, layout });
    const server = await beginServing(subject, verdict, { covers: ["SERVE-CHANGED"] });
    const file = model.files.find(
      ({ path, bytes }) => path.endsWith(".safetensors") && bytes.length > start,
    );
    if (server === undefined || file === undefined) return;
    const target = `/${REPOSITORY}/resolve/main/${file.path}`;
    const { headers: former } = await askServer(server, { target, method: "HEAD" });
    const tag = former.get("etag") ?? "";
    const place = await disk.realpath(filePlace(directory, file.path));
    const changed = patternedBytes(file.bytes.length, { salt });
    // A backup that is put back has the size and may have the time of what it replaces.
    const isAsOld = change === "replaced by one as old";
    if (isAsOld) await writeBytes(disk, join(world.outside, OTHER), changed);
    world.clock.advance(5_000);
    let isChanged = false;
    const spoil = async () => {
      if (isChanged) return;
      isChanged = true;
      if (isAsOld) await disk.rename(join(world.outside, OTHER), place);
      else await changeFile(world, { place, change, bytes: changed });
    };
    if (moment === "before the request") await spoil();
    const last = count === undefined ? "" : String(start + count - 1);
    const question = { target, headers: { range: `bytes=${start}-${last}`, "if-range": tag } };
    let arrived = 0;
    const reply = await askServer(
      moment === "before the body" ? whenAnswered(server, spoil) : server,
      question,
      async () => {
        if (moment === "while it is sent" && ++arrived === pieces) await spoil();
      },
    );
    if (isChanged) verdict.reached(moment);
    if (isChanged && count !== undefined) verdict.reached("a short part");
    const { status, headers, bytes, isBroken } = reply;
    if (status >= 400 || headers.get("etag") !== tag) return;
    const end = count === undefined ? undefined : start + count;
    const right = status === 206 ? file.bytes.subarray(start, end) : file.bytes;
    verdict.holds(
      "SERVE-CHANGED",
      Buffer.from(bytes).equals(right.subarray(0, bytes.length)),
      `of a file that was ${change} ${moment} other bytes arrived under the former tag`,
    );
    verdict.holds(
      "SERVE-CHANGED",
      isBroken || bytes.length === right.length,
      `of a file that was ${change} ${moment} ${bytes.length} of ${right.length} bytes arrived, and the body ended as if it were whole`,
    );
  },
});

// Helpers

/** A server whose answers are followed by something before their bodies are read. */
function whenAnswered(server: ModelServer, then: () => Promise<void>): ModelServer {
  return {
    answer: async (request) => {
      const answer = await server.answer(request);
      await then();
      return answer;
    },
  };
}

async function changeFile(
  { files, outside }: World,
  to: { readonly place: string; readonly change: string; readonly bytes: Uint8Array },
): Promise<void> {
  const { place, change, bytes } = to;
  if (change === "overwritten") await overwriteBytes(files, place, bytes);
  else if (change === "cut")
    await overwriteBytes(files, place, bytes.subarray(0, bytes.length >> 1));
  else if (change === "replaced") {
    const other = join(outside, OTHER);
    await writeBytes(files, other, bytes);
    await files.rename(other, place);
  } else {
    await files.unlink(place);
    const other = join(outside, "target.safetensors");
    if (change === "a link") {
      await writeBytes(files, other, bytes);
      await files.symlink(other, place);
    }
  }
}
