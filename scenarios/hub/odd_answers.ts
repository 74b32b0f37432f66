/**
 * The hub describes a revision, or lists its files, in a form that is rare and legal, or in one that is no description and no listing.
 *
 * Invariants checked:
 * - What is legal is understood: every file is there, with the listed bytes.
 * - Of what is neither, nothing comes: the error says that this is not a hub, and no file is left.
 */
import fc from "fast-check";
import type { ErrorCode, Fetch } from "../../spec/mod.ts";
import { readTree } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Odd-4bit";

type Entry = Readonly<Record<string, unknown>>;
/** How a description or a listing is changed. */
type Change<T> = (value: T) => unknown;

/** Descriptions that a client must understand. */
const SOUND_INFOS: readonly Change<Entry>[] = [
  (info) => ({ sha: info["sha"] }),
  (info) => ({ ...info, tags: null, library_name: null }),
  (info) => ({ ...info, tags: "mlx", library_name: 7 }),
  (info) => ({ ...info, tags: [null, 1, "mlx"], library_name: "transformers", extra: {} }),
];
/** Answers that describe no revision. */
const WRONG_INFOS: readonly Change<Entry>[] = [
  () => null,
  () => [],
  () => "main",
  () => 7,
  () => ({}),
  (info) => ({ ...info, sha: null }),
  (info) => ({ ...info, sha: 42 }),
  (info) => ({ ...info, sha: "" }),
  (info) => ({ ...info, sha: [info["sha"]] }),
  (info) => ({ ...info, sha: `${String(info["sha"])}0` }),
  (info) => ({ ...info, sha: `0${String(info["sha"])}` }),
  (info) => ({ ...info, sha: `${String(info["sha"])}\n` }),
  (info) => ({ ...info, sha: `${String(info["sha"]).slice(1)}g` }),
  (info) => ({ ...info, sha: "../../../../etc" }),
];
/** Entries that a client must understand. */
const SOUND_ENTRIES: readonly Change<Entry>[] = [
  (entry) => ({ ...entry, lfs: entry["lfs"] ?? null }),
  (entry) => ({ ...entry, xetHash: "e".repeat(64) }),
  (entry) => ({ ...entry, xetHash: null }),
  (entry) => ({ ...entry, xetHash: 7 }),
  (entry) => ({ ...entry, xetHash: "../../xet" }),
  (entry) => ({ ...entry, lastCommit: null, securityFileStatus: { status: "safe" } }),
  (entry) => withLfs(entry, (lfs) => ({ ...lfs, oid: `sha256:${String(lfs["oid"])}` })),
  (entry) => withLfs(entry, (lfs) => ({ ...lfs, pointerSize: undefined })),
  (entry) => withLfs(entry, (lfs) => ({ ...lfs, size: undefined })),
];
/** Entries that are none. */
const WRONG_ENTRIES: readonly Change<Entry>[] = [
  () => null,
  () => 7,
  () => "config.json",
  (entry) => ({ ...entry, path: undefined }),
  (entry) => ({ ...entry, path: 7 }),
  (entry) => ({ ...entry, path: null }),
  (entry) => sized(entry, -1),
  (entry) => sized(entry, 1.5),
  (entry) => sized(entry, 2 ** 53),
  (entry) => sized(entry, null),
  (entry) => sized(entry, [1]),
];
/** Listings that are none. */
const WRONG_LISTINGS: readonly Change<readonly Entry[]>[] = [
  () => null,
  () => ({}),
  () => "config.json",
  (entries) => ({ entries }),
];
const NO_JSON = ["", "[", "{", "nothing", "[{]"];

export const oddAnswers = scenario({
  name: "hub/odd_answers",
  covers: ["DL-NOT-A-HUB", "ERROR-KIND", "HUB-PAGES"],
  goals: ["it was understood", "it was refused"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    form: fc.constantFrom(
      "sound info",
      "wrong info",
      "sound entry",
      "wrong entry",
      "wrong entry",
      "wrong listing",
      "no JSON",
    ),
    nth: fc.nat({ max: 999 }),
    /** Which entry of a listing it is, or which page. */
    choose: fc.nat({ max: 20 }),
    pageSize: fc.constantFrom(3, 1000),
    type: fc.constantFrom("application/json", "text/html"),
  },
  world: ({ pageSize }) => ({ style: { pageSize } }),
  async check({ model, form, nth, choose, type }, world, verdict) {
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const wanted = wantedFiles(model.files);
    const path = wanted[choose % wanted.length]?.path;
    const atInfo = form.endsWith("info") || (form === "no JSON" && choose % 2 === 0);
    const text = (answer: string): string => {
      if (form === "no JSON") return pick(NO_JSON, nth);
      const value = JSON.parse(answer) as never;
      if (form === "sound info") return JSON.stringify(pick(SOUND_INFOS, nth)(value));
      if (form === "wrong info") return JSON.stringify(pick(WRONG_INFOS, nth)(value));
      if (form === "wrong listing") return JSON.stringify(pick(WRONG_LISTINGS, nth)(value));
      const entries = value as readonly Entry[];
      const change = pick(form === "sound entry" ? SOUND_ENTRIES : WRONG_ENTRIES, nth);
      // What is rare and legal is so of every file; one entry that is none is enough.
      const isMeant = (entry: Entry) =>
        form === "sound entry" ? entry["type"] !== "directory" : entry["path"] === path;
      return JSON.stringify(entries.map((entry) => (isMeant(entry) ? change(entry) : entry)));
    };
    const isJson = form !== "no JSON" || type === "application/json";
    const subject = world.start({
      relay: (fetch) => changedAnswers(fetch, { atInfo, text, ...(!isJson && { type }) }),
    });
    const download = () => subject.download({ repository: REPOSITORY });
    if (form.startsWith("sound")) {
      await verdict.attempt("HUB-PAGES", download);
      const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), wanted);
      verdict.holds("HUB-PAGES", wrong.length === 0, () => wrong.join(", "));
      verdict.reached("it was understood");
      return;
    }
    await verdict.fails("DL-NOT-A-HUB", download, codesOf(form));
    const left = (await readTree(world.files, world.root)).filter(({ kind }) => kind === "file");
    verdict.holds("DL-NOT-A-HUB", left.length === 0, () => `${left[0]?.path} is on the disk`);
    verdict.reached("it was refused");
  },
});

/** Who looks into a listing late finds a commit or a page that is not there. */
function codesOf(form: string): readonly ErrorCode[] {
  return form === "wrong info" ? ["not-a-hub", "integrity"] : ["not-a-hub"];
}

function pick<T>(values: readonly T[], nth: number): T {
  return values[nth % values.length] as T;
}

function withLfs(entry: Entry, change: (lfs: Entry) => Entry): Entry {
  const { lfs } = entry;
  return typeof lfs === "object" && lfs !== null ? { ...entry, lfs: change(lfs as Entry) } : entry;
}

/** With another size, wherever it is stated. */
function sized(entry: Entry, size: unknown): Entry {
  return withLfs({ ...entry, size }, (lfs) => ({ ...lfs, size: size ?? "" }));
}

/** Changes the hub's descriptions, or its listings. */
function changedAnswers(
  fetch: Fetch,
  options: {
    readonly atInfo: boolean;
    readonly text: (answer: string) => string;
    readonly type?: string;
  },
): Fetch {
  const { atInfo, text, type } = options;
  const meant = atInfo ? /\/revision\/[^/]+$/ : /\/tree\//;
  return async (url, request) => {
    const response = await fetch(url, request);
    const { status, headers, body } = response;
    if (!meant.test(new URL(url).pathname) || status !== 200 || body === null) return response;
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const changed = text(Buffer.concat(chunks).toString());
    const bytes = new TextEncoder().encode(changed);
    const get = (name: string) => {
      const lower = name.toLowerCase();
      if (lower === "content-length") return String(bytes.length);
      return lower === "content-type" && type !== undefined ? type : headers.get(name);
    };
    return { status, headers: { get }, body: ReadableStream.from([bytes]) };
  };
}
