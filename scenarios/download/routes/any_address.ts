/**
 * A plain address of any form is downloaded: names of all kinds, odd entity tags or none, a server that does not answer `HEAD` or only
 * at the second time, a token for that server; whole, ended half-way by a kill, a cancel or a line that is lost, or changed meanwhile by
 * content of the same length. The address of another file may lead to another host, with a token or a password that is meant for the first.
 *
 * Invariants checked:
 * - The file has the server's bytes and the address's name, below the root, and no directory of another address.
 * - What was on the disk of the same content when it was ended is used; of other content, nothing.
 * - The token that was given for the server goes there, and the hub's goes nowhere; neither goes to where the server leads, nor does a password.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  errorOf,
  exists,
  hasCapability,
  keptParts,
  observingFiles,
  patternedBytes,
  readBytes,
  type ServeUrlOptions,
} from "../../../harness/internal.ts";
import { type FaultRule, scenario, type World } from "../../../harness/mod.ts";
import { judgeOther } from "./other_address.ts";

const HUB_TOKEN = "hf_ofTheHub";
const OWN_TOKEN = "ownTokenOfTheServer";
const DAY = "Thu, 01 Jan 2026 00:00:00 GMT";
const NEXT_DAY = "Fri, 02 Jan 2026 00:00:00 GMT";
/** Entity tags of a first and a second content; a server may state none. */
const TAGS: Readonly<Record<string, readonly [string, string]>> = {
  strong: ['"v1-5f3a"', '"v2-77c0"'],
  "one letter": ['"1"', '"2"'],
  weak: ['W/"v1-5f3a"', 'W/"v2-77c0"'],
  "weak, on one day": ['W/"v1-5f3a"', 'W/"v2-77c0"'],
  "one weak, on two days": ['W/"v"', 'W/"v"'],
  "without quotes": ["v1-5f3a", "v2-77c0"],
  "a quote in it": ['"v1"5f3a"', '"v2"77c0"'],
  "none, on two days": ["", ""],
  none: ["", ""],
};
/** The dates of a first and a second content, where a server states any: of two facts, one may stay the same. */
const DATES: Readonly<Record<string, readonly [string, string]>> = {
  "weak, on one day": [DAY, DAY],
  "one weak, on two days": [DAY, NEXT_DAY],
  "none, on two days": [DAY, NEXT_DAY],
};
const isStrong = (tag: string) => tag === "strong" || tag === "one letter";

export const anyAddress = scenario({
  name: "download/any_address",
  covers: ["DL-OTHER-WAY", "DL-RESUME", "HUB-TOKEN-HOST"],
  goals: [
    "what was kept was used",
    "the content changed",
    "a token was given",
    "a server led away",
  ],
  // A small part would hide from which byte on a file is asked for.
  pieceBytes: [],
  given: {
    sizeBytes: fc.integer({ min: 1000, max: 3000 }),
    salt: fc.integer({ min: 1, max: 100 }),
    name: fc.constantFrom(
      "model.gguf",
      "LICENSE",
      ".weights",
      "v1.0.bin",
      "two words.npz",
      "page.html.gguf",
      "größe.safetensors",
      "100%.bin",
    ),
    event: fc.constantFrom("none", "kill", "kill", "kill", "change", "change", "change"),
    nth: fc.integer({ min: 3, max: 9 }),
    /** What ends the first download. */
    end: fc.constantFrom("kill", "cancel", "lost line"),
    tag: fc.oneof(
      fc.constantFrom("strong", "strong", ...Object.keys(TAGS), ...Object.keys(DATES)),
      fc.constantFrom("strong", "none", "none"),
    ),
    head: fc.constantFrom(200, 200, 200, 405, 501, 500, 502, 503, 429, 408),
    acceptRanges: fc.constantFrom(true, true, true, false),
    token: fc.constantFrom(undefined, OWN_TOKEN),
    /** Whether the other address leads to another host, and what it holds of who asks. */
    leads: fc.constantFrom(undefined, "plain" as const, "with a password" as const),
  },
  world: () => ({ style: { chunkBytes: 100 } }),
  async check(given, world, verdict) {
    const { sizeBytes, salt, name, event, nth, end, tag, head, acceptRanges, token, leads } = given;
    const { hub } = world;
    const first = patternedBytes(sizeBytes);
    const second = patternedBytes(sizeBytes, { salt });
    const url = hub.serveUrl(`/files/${name}`, first, { ...shown(tag, 0), acceptRanges });
    const isGiven = token !== undefined && hasCapability(world, "token");
    const request = { url, ...(isGiven && { token }) };
    const start = () => world.start({ env: { HF_TOKEN: HUB_TOKEN } });
    let keptBytes = 0;
    if (event !== "none") keptBytes = await endHalfWay(world, { end, nth, request, first });
    const isChanged = event === "change";
    const bytes = isChanged ? second : first;
    if (isChanged) {
      hub.serveUrl(`/files/${name}`, second, { ...shown(tag, 1), acceptRanges });
      verdict.reached("the content changed");
    }
    hub.faults = headFaults(head);
    const from = hub.log.length;
    const subject = start();
    const { directory } = await verdict.attempt("DL-OTHER-WAY", () => subject.downloadUrl(request));
    hub.faults = [];
    const asked = hub.log
      .slice(from)
      .filter(({ method, status }) => method === "GET" && status > 0);
    const starts = asked.map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? "bytes=0-")?.[1]));
    // Without a length or a strong tag nobody can know that it is the same content.
    const isKnown = isStrong(tag) && acceptRanges && ![405, 501].includes(head);
    if (event === "kill" && keptBytes > 0 && isKnown) {
      // Where all of it had arrived, nothing need be asked for.
      const [at = first.length] = starts;
      verdict.holds(
        "DL-RESUME",
        at > 0,
        `${keptBytes} bytes were there after a ${end}, and byte ${at} was asked for`,
      );
      verdict.reached("what was kept was used");
    }
    const place = join(directory, name);
    const isThere = directory.startsWith(world.root) && (await exists(world.files, place));
    verdict.holds("DL-OTHER-WAY", isThere, `${place} is not there`);
    const found = await readBytes(world.files, place);
    verdict.holds("DL-OTHER-WAY", Buffer.from(found).equals(bytes), "it has other bytes");
    for (const { kind, authorization } of hub.log.filter((one) => one.kind === "url")) {
      const isClean = authorization?.includes(HUB_TOKEN) !== true;
      verdict.holds("HUB-TOKEN-HOST", isClean, `the hub's token went to a server (${kind})`);
      if (!isGiven) continue;
      const isSent = authorization === `Bearer ${OWN_TOKEN}`;
      verdict.holds(
        "DL-OTHER-WAY",
        isSent,
        "the server did not get the token that was given for it",
      );
      verdict.reached("a token was given");
    }
    const way = { leads, token: request.token };
    await judgeOther(world, { subject, name, way, directory, place, bytes, second, verdict });
  },
});

/** What a server states of the version of a content. */
function shown(tag: string, version: 0 | 1): Pick<ServeUrlOptions, "etag" | "headers"> {
  const date = DATES[tag]?.[version];
  const etag = TAGS[tag]?.[version] ?? "";
  return { etag, ...(date !== undefined && { headers: { "Last-Modified": date } }) };
}

/** Ends a download in the middle. @returns how many of its bytes were on the disk then; it need not have been ended */
async function endHalfWay(
  world: World,
  options: {
    readonly end: string;
    readonly nth: number;
    readonly request: Parameters<ReturnType<World["start"]>["downloadUrl"]>[0];
    readonly first: Uint8Array;
  },
): Promise<number> {
  const { end, nth, request, first } = options;
  const wanted = [{ path: "kept", bytes: first, lfs: true }];
  const keptBytes = async () =>
    (await keptParts(world, world.root, wanted)).get("kept")?.sizeBytes ?? 0;
  const env = { HF_TOKEN: HUB_TOKEN };
  if (end === "kill" || world.kind === "process") {
    const doomed = world.start({ env });
    doomed.killAt({ at: "chunk", nth });
    await errorOf(() => doomed.downloadUrl(request));
    await doomed.kill();
    await world.settle();
    return keptBytes();
  }
  const controller = new AbortController();
  let mostBytes = 0;
  const look = async () => {
    if (controller.signal.aborted) return;
    mostBytes = Math.max(mostBytes, await keptBytes());
    if (end === "cancel" && mostBytes >= nth * 100) controller.abort();
  };
  if (end === "lost line") {
    const match = { kind: "url", method: "GET" } as const;
    world.hub.faults = [
      { match, do: { type: "cut", atByte: nth * 100, how: "rst" } },
      { match: { ...match, nth: "all" }, do: { type: "refuse" } },
    ];
  }
  const { signal } = controller;
  const subject = world.start({ env, files: (disk) => observingFiles(disk, look) });
  const error = await errorOf(() => subject.downloadUrl(request, { signal }));
  world.hub.faults = [];
  return error === undefined ? 0 : mostBytes;
}

/** A server that answers `HEAD` never, or at the second time. */
function headFaults(status: number): readonly FaultRule[] {
  if (status === 200) return [];
  const nth = status === 405 || status === 501 ? ("all" as const) : 1;
  return [{ match: { kind: "url", method: "HEAD", nth }, do: { type: "status", status } }];
}
