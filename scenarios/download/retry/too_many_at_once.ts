/**
 * A hub, or a proxy before it, serves a few requests for files at a time, and answers 429 to each that comes while so many are under way.
 *
 * Invariants checked:
 * - Of the later requests few are refused: the download has come to ask for fewer at once.
 */
import fc from "fast-check";
import type { Fetch } from "../../../spec/mod.ts";
import { needsPatience, settled } from "../../../harness/internal.ts";
import { anySmallModel, NotApplicable, scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/FewAtOnce-4bit";
/** Bytes of a file, which is all that comes of it in a second. */
const FILE_BYTES = 8;
/** Of so many later requests one may be refused: who tries now and then whether more will do asks for too many again. */
const REFUSED_ONE_OF = 3;

export const tooManyAtOnce = scenario({
  name: "download/too_many_at_once",
  covers: ["DL-NARROW"],
  goals: ["some were refused"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    files: fc.integer({ min: 24, max: 40 }),
    atOnceMax: fc.integer({ min: 1, max: 3 }),
    pauseSeconds: fc.integer({ min: 1, max: 3 }),
  },
  async check({ model, files, atOnceMax, pauseSeconds }, world, verdict) {
    needsPatience(world, files * 1000);
    const { hub } = world;
    const more = Array.from({ length: files }, (_, at) => ({
      path: `extra/part_${at}.txt`,
      bytes: new TextEncoder().encode(String(at).padEnd(FILE_BYTES)),
      lfs: false,
    }));
    hub.publish(REPOSITORY, [...model.files, ...more], { tags: ["mlx"] });
    hub.faults = [
      {
        match: { kind: "resolve", method: "GET", path: "extra/*", nth: "all" },
        do: { type: "drip", bytesPerSecond: FILE_BYTES },
      },
    ];
    const limit = new LimitAtOnce({ atOnceMax, pauseSeconds });
    const request = { repository: REPOSITORY, include: ["*"] };
    const result = await settled(() => world.start({ relay: limit.relay }).download(request));
    const { refused } = limit;
    if (refused.includes(true)) verdict.reached("some were refused");
    const later = refused.slice(refused.length >> 1);
    const count = later.filter(Boolean).length;
    // That it goes on after a refusal is another requirement's.
    if (result === undefined && count * REFUSED_ONE_OF <= later.length)
      throw new NotApplicable("it gives up, and so asks for no more");
    verdict.holds(
      "DL-NARROW",
      count * REFUSED_ONE_OF <= later.length,
      `of the last ${later.length} requests for files ${count} were refused, as more than ${atOnceMax} would have been under way`,
    );
  },
});

/** Stands before a hub, and lets no more requests for the further files through at a time than it is told. */
class LimitAtOnce {
  /** Of each such request, whether it was refused. */
  readonly refused: boolean[] = [];
  readonly #options: { readonly atOnceMax: number; readonly pauseSeconds: number };
  #underWay = 0;

  constructor(options: { readonly atOnceMax: number; readonly pauseSeconds: number }) {
    this.#options = options;
  }

  readonly relay =
    (fetch: Fetch): Fetch =>
    async (url, request) => {
      const isCounted = request.method === "GET" && /\/resolve\/.*\/extra\//.test(url);
      if (!isCounted) return fetch(url, request);
      const { atOnceMax, pauseSeconds } = this.#options;
      const isRefused = this.#underWay >= atOnceMax;
      this.refused.push(isRefused);
      const refusal = new Headers({ "retry-after": String(pauseSeconds) });
      if (isRefused) return { status: 429, headers: refusal, body: null };
      const end = this.#begin();
      request.signal?.addEventListener("abort", end);
      try {
        const response = await fetch(url, request);
        const { status, body } = response;
        if (body === null) end();
        return { status, headers: response.headers, body: body && untilRead(body, end) };
      } catch (error) {
        end();
        throw error;
      }
    };

  /** @returns what is to be called when the request is over; also more than once */
  #begin(): () => void {
    let isOver = false;
    this.#underWay++;
    return () => {
      if (!isOver) this.#underWay--;
      isOver = true;
    };
  }
}

/** Calls back when a body was read, broke, or is read no further. */
function untilRead(body: AsyncIterable<Uint8Array>, end: () => void): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const pieces = body[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            const piece = await pieces.next();
            if (piece.done === true) end();
            return piece;
          } catch (error) {
            end();
            throw error;
          }
        },
        async return() {
          end();
          return (await pieces.return?.()) ?? { done: true, value: undefined };
        },
      };
    },
  };
}
