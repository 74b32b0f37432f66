/**
 * A model was downloaded from a hub, by its main branch or by another one, and is offered by the machine that has it now. Both are asked
 * the same by that branch and by the commit: about the model, for its listing, for its files and for parts of them.
 *
 * Invariants checked:
 * - Commit, listing, tags, ranges and bytes are those of the hub.
 */
import fc from "fast-check";
import type { ModelServer } from "../../spec/mod.ts";
import {
  askHub,
  askServer,
  beginServing,
  exists,
  filePlace,
  wantedFiles,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  type ModelFile,
  scenario,
  type Verdict,
  type World,
} from "../../harness/mod.ts";
import { fileLines, type ListedEntry, listedPages, readAnswer } from "./listed_pages.ts";

const REPOSITORY = "mlx-community/Served-4bit";
const API = `/api/models/${REPOSITORY}`;
const COVERS = [
  "SERVE-BYTES",
  "SERVE-COMMIT",
  "SERVE-LISTING",
  "SERVE-ETAG",
  "SERVE-RANGE",
] as const;

/** What is no range, or several: the whole file or a refusal is right. */
const MALFORMED = [
  "bytes=5-2",
  "bytes=0-1,3-4",
  "bytes=",
  "bytes=a-b",
  "lines=0-3",
  "bytes=5",
  "bytes=1-2-3",
  "bytes=-",
  "bytes",
  "bytes=a-3",
  "bytes=3-a",
  "bytes=0x1-3",
  "bytes=1.5-3",
  "bytes=0-3=",
  "bytes=--3",
];
const AT_THE_END = ["END-", "END-END", "LAST-", "0-LAST", "0-END", "-END", "-MORE", "0-MORE"];
const ELDER_DATE = "Wed, 01 Jan 2020 00:00:00 GMT";

/** One question about a file. */
interface Question {
  readonly which: number;
  /** What asks for less than all of it. */
  readonly range: string | undefined;
  readonly condition: "none" | "its tag" | "another tag" | "a date";
  readonly isHead: boolean;
  readonly isByCommit: boolean;
}

const anyPosition = fc.oneof(fc.nat(12), fc.nat(3000));
const anyRange = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 2 },
  fc.tuple(anyPosition, anyPosition).map(([one, other]) => `bytes=${one}-${one + other}`),
  anyPosition.map((start) => `bytes=${start}-`),
  anyPosition.map((count) => `bytes=-${count}`),
  fc.constantFrom("bytes=0-0", "BYTES=0-3", "bytes=-0"),
  // At the very end of the file that is asked for, and one byte beyond it.
  { arbitrary: fc.constantFrom(...AT_THE_END).map((end) => `bytes=${end}`), weight: 2 },
  fc.constantFrom(...MALFORMED),
  // Beyond the end of most files.
  fc.constant("bytes=900000-"),
);

const anyQuestion: fc.Arbitrary<Question> = fc.record({
  which: fc.nat(20),
  range: anyRange,
  condition: fc.constantFrom("none", "none", "its tag", "another tag", "a date"),
  isHead: fc.nat(3).map((number) => number === 3),
  isByCommit: fc.boolean(),
});

export const asTheHub = scenario({
  name: "serve/as_the_hub",
  covers: COVERS,
  goals: ["a part", "a range beyond the end", "several pages", "a branch with a slash"],
  given: {
    model: anySmallModel(),
    layout: fc.constantFrom("hubapi", "hubapi", "lmstudio", "hf-cache"),
    questions: fc.array(anyQuestion, { minLength: 1, maxLength: 6 }),
    limit: fc.constantFrom(undefined, 1, 2),
    revision: fc.constantFrom("main", "main", "v2", "refs/pr/1", "faster/v2"),
    isListedByCommit: fc.nat(3).map((number) => number === 3),
  },
  // Redirects are the hub's own affair: a server that has the bytes sends them.
  world: () => ({ style: { lfsFiles: "direct" } }),
  async check({ model, layout, questions, limit, revision, isListedByCommit }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"], revision });
    const subject = world.start();
    const request = { repository: REPOSITORY, layout, revision };
    const { commit, directory } = await subject.download(request);
    const server = await beginServing(subject, verdict, { covers: COVERS });
    if (server === undefined) return;
    if (revision.includes("/")) verdict.reached("a branch with a slash");
    await judgeCommit(server, { commit, revision, verdict });
    const listed = isListedByCommit ? commit : revision;
    await judgeListing(server, { world, directory, revision: listed, limit, verdict });
    const files = wantedFiles(model.files);
    for (const question of questions) {
      const file = files[question.which % files.length];
      if (file !== undefined)
        await judgeFile(server, question, { file, world, commit, revision, verdict });
    }
  },
});

// Helpers

async function judgeCommit(
  server: ModelServer,
  of: { readonly commit: string; readonly revision: string; readonly verdict: Verdict },
): Promise<void> {
  const { commit, revision, verdict } = of;
  const paths = [`/revision/${encodeURIComponent(revision)}`, `/revision/${commit}`];
  // Without a revision the main branch is meant, which is not here otherwise.
  for (const path of revision === "main" ? ["", ...paths] : paths) {
    const { status, bytes } = await askServer(server, { target: `${API}${path}` });
    const shaOf = (value: unknown) => (value as { readonly sha?: unknown }).sha;
    const sha = status === 200 ? await readAnswer(verdict, bytes, shaOf) : undefined;
    verdict.holds(
      "SERVE-COMMIT",
      sha === commit,
      `${path || "the model"} is answered by ${status} with commit ${String(sha)} and not ${commit}`,
    );
  }
}

/** Compares the listings of what is on the disk, however many pages there are. */
async function judgeListing(
  server: ModelServer,
  context: {
    readonly world: World;
    readonly directory: string;
    readonly revision: string;
    readonly limit: number | undefined;
    readonly verdict: Verdict;
  },
): Promise<void> {
  const { world, directory, revision, limit, verdict } = context;
  const start = `${API}/tree/${encodeURIComponent(revision)}?recursive=true`;
  const target = limit === undefined ? start : `${start}&limit=${limit}`;
  const { entries, pageCount } = await listedPages(server, target, verdict);
  if (pageCount > 1) verdict.reached("several pages");
  const expected: ListedEntry[] = [];
  for (const entry of askHub(world.hub, { url: start }).json() as readonly ListedEntry[])
    if (await exists(world.files, filePlace(directory, entry.path))) expected.push(entry);
  const [is, wanted] = [fileLines(entries), fileLines(expected)];
  verdict.holds("SERVE-LISTING", is === wanted, () => `it lists ${is} and not ${wanted}`);
}

async function judgeFile(
  server: ModelServer,
  question: Question,
  context: {
    readonly file: ModelFile;
    readonly world: World;
    readonly commit: string;
    readonly revision: string;
    readonly verdict: Verdict;
  },
): Promise<void> {
  const { file, world, commit, revision, verdict } = context;
  const { isByCommit, isHead } = question;
  const range = isHead ? undefined : rangeOf(question, file.bytes.length);
  const method = isHead ? "HEAD" : "GET";
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  const asked = encodeURIComponent(isByCommit ? commit : revision);
  const target = `/${REPOSITORY}/resolve/${asked}/${path}`;
  const tag = askHub(world.hub, { url: target, method: "HEAD" }).headers.get("etag") ?? "";
  const tags = { none: undefined, "its tag": tag, "another tag": '"0"', "a date": ELDER_DATE };
  const condition = tags[question.condition];
  const headers = {
    ...(range !== undefined && { range }),
    ...(condition !== undefined && { "if-range": condition }),
  };
  const hub = askHub(world.hub, { url: target, method, headers });
  const shown = `${method} of ${file.path} with ${JSON.stringify(headers)}`;
  const id = range === undefined && !isHead ? "SERVE-BYTES" : "SERVE-RANGE";
  const served = await verdict.attempt(id, () => askServer(server, { target, method, headers }));
  // What is no range may be refused, and of nothing there is no part.
  const mayDiffer =
    MALFORMED.includes(range ?? "") || (file.bytes.length === 0 && range !== undefined);
  if (mayDiffer && served.status >= 400 && served.status < 500) return;
  if (hub.status === 206) verdict.reached("a part");
  if (hub.status === 416) verdict.reached("a range beyond the end");
  verdict.holds(
    id,
    served.status === hub.status,
    `${shown} is answered by ${served.status} and not ${hub.status}`,
  );
  if (served.status === 416) return;
  const named = served.headers.get("x-repo-commit");
  verdict.holds("SERVE-COMMIT", named === commit, `${shown} names commit ${named}, not ${commit}`);
  const etag = served.headers.get("etag");
  verdict.holds("SERVE-ETAG", etag === tag, `${shown} has the tag ${etag} and not ${tag}`);
  const unit = served.headers.get("accept-ranges");
  verdict.holds("SERVE-RANGE", unit === "bytes", `${shown} says that it takes ranges of ${unit}`);
  const [linked, size] = ["x-linked-etag", "x-linked-size"].map((at) => served.headers.get(at));
  const isLinked = !file.lfs || (linked === tag && size === String(file.bytes.length));
  verdict.holds("SERVE-ETAG", isLinked, `${shown} is of a large file ${linked} of ${size} bytes`);
  for (const name of ["content-range", "content-length"]) {
    const [one, other] = [served.headers.get(name), hub.headers.get(name)];
    verdict.holds(id, one === other, `${shown} has ${name} ${one} and not ${other}`);
  }
  verdict.holds(
    id,
    !served.isBroken && Buffer.from(served.bytes).equals(hub.bytes),
    `${shown} is answered by ${served.bytes.length} bytes that are not the ${hub.bytes.length} of the hub`,
  );
}

/** The range in the numbers of a file. */
function rangeOf({ range }: Question, sizeBytes: number): string | undefined {
  return range
    ?.replaceAll("END", `${sizeBytes}`)
    .replace("LAST", `${Math.max(0, sizeBytes - 1)}`)
    .replace("MORE", `${sizeBytes + 1}`);
}
