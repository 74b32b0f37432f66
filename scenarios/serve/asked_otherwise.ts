/**
 * A model was downloaded from a hub and is offered by the machine that has it now. Both are asked in the other ways that clients of the
 * hub know: for descriptions with sizes and hashes, for one folder, also page by page, for entries by their names in a body, and for the
 * heads of answers.
 *
 * Clients of 2026 mark each request of a download by a header of its own.
 *
 * Invariants checked:
 * - However the type of a body is spelt, it is read.
 * - Of the files that are on the disk both name the same paths, sizes and hashes, and so the same commit.
 * - The head of an answer has its status and no body.
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

const REPOSITORY = "mlx-community/Asked-4bit";
const API = `/api/models/${REPOSITORY}`;
const COVERS = ["SERVE-LISTING", "SERVE-COMMIT", "SERVE-ABSENT"] as const;
const ABSENT = "none.json";

type Question =
  | { readonly ask: "description"; readonly revision: Revision; readonly query: string }
  | {
      readonly ask: "folder";
      readonly which: number;
      readonly query: string;
      readonly limit: number | undefined;
    }
  | {
      readonly ask: "names";
      readonly which: readonly number[];
      readonly body: Body;
      readonly spelling: keyof typeof SPELLINGS;
    };
type Revision = "none" | "branch" | "commit";
type Body = "JSON" | "JSON of one" | "form";
/** How a client spells the type of a body: with parameters or not, in any case. */
const SPELLINGS = {
  plain: (type: string) => type,
  "with a charset": (type: string) => `${type}; charset=utf-8`,
  "in capitals": (type: string) => type.toUpperCase(),
} as const;

const anyQuestion: fc.Arbitrary<Question> = fc.oneof(
  fc.record({
    ask: fc.constant("description" as const),
    revision: fc.constantFrom<Revision[]>("none", "branch", "commit"),
    query: fc.constantFrom("blobs=true", "blobs=1", "blobs=True", "blobs=false", ""),
  }),
  fc.record({
    ask: fc.constant("folder" as const),
    which: fc.nat(5),
    query: fc.constantFrom("", "recursive=true", "recursive=1&expand=true", "recursive=false"),
    limit: fc.constantFrom(undefined, undefined, 1, 2),
  }),
  fc.record({
    ask: fc.constant("names" as const),
    which: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
    body: fc.constantFrom<Body[]>("JSON", "JSON of one", "form"),
    spelling: fc.constantFrom("plain" as const, "with a charset" as const, "in capitals" as const),
  }),
);

export const askedOtherwise = scenario({
  name: "serve/asked_otherwise",
  covers: COVERS,
  goals: [
    "a description with sizes",
    "a folder",
    "pages of a folder",
    "by names",
    "a marked question",
  ],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    layout: fc.constantFrom("hubapi", "hubapi", "lmstudio", "hf-cache"),
    questions: fc.array(anyQuestion, { minLength: 2, maxLength: 6 }),
    isMarked: fc.boolean(),
  },
  world: () => ({ style: { lfsFiles: "direct" } }),
  async check({ model, layout, questions, isMarked }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const subject = world.start();
    const { commit, directory } = await subject.download({ repository: REPOSITORY, layout });
    const plain = await beginServing(subject, verdict, { covers: COVERS });
    if (plain === undefined) return;
    const server = isMarked ? markedQuestions(plain) : plain;
    if (isMarked) verdict.reached("a marked question");
    const here = new Set<string>();
    for (const { path } of wantedFiles(model.files))
      if (await exists(world.files, filePlace(directory, path))) here.add(path);
    const court = { server, world, verdict, commit, here, files: model.files };
    for (const question of questions) {
      if (question.ask === "description") await judgeDescription(question, court);
      else if (question.ask === "folder") await judgeFolder(question, court);
      else await judgeNames(question, court);
    }
  },
});

// Helpers

interface Court {
  readonly server: ModelServer;
  readonly world: World;
  readonly verdict: Verdict;
  readonly commit: string;
  /** Paths of the files on the disk. */
  readonly here: ReadonlySet<string>;
  readonly files: readonly ModelFile[];
}

interface Sibling {
  readonly rfilename: string;
  readonly size?: number;
  readonly blobId?: string;
  readonly lfs?: { readonly sha256: string; readonly size: number };
}

/** The header that huggingface_hub sends since 2.4 with every request of a download. */
function markedQuestions(server: ModelServer): ModelServer {
  const mark = { "x-hf-download-counter": "1" };
  return {
    answer: (request) => server.answer({ ...request, headers: { ...request.headers, ...mark } }),
  };
}

async function judgeDescription(
  { revision, query }: Extract<Question, { ask: "description" }>,
  { server, world, verdict, commit, here }: Court,
): Promise<void> {
  const path = { none: "", branch: "/revision/main", commit: `/revision/${commit}` }[revision];
  const target = `${API}${path}${query === "" ? "" : `?${query}`}`;
  const linesOf = (value: unknown) =>
    (value as { readonly siblings: readonly Sibling[] }).siblings
      .filter(({ rfilename }) => here.has(rfilename) || rfilename.startsWith("."))
      .map(
        (one) => `${one.rfilename} ${one.size} ${one.blobId} ${one.lfs?.sha256} ${one.lfs?.size}`,
      )
      .toSorted()
      .join("\n");
  const hub = askHub(world.hub, { url: target }).json();
  const { status, bytes } = await verdict.attempt("SERVE-LISTING", () =>
    askServer(server, { target }),
  );
  verdict.holds("SERVE-LISTING", status === 200, `${target} is answered by ${status}`);
  if (/=(?:1|true)$/i.test(query)) verdict.reached("a description with sizes");
  const [is, wanted] = [await readAnswer(verdict, bytes, linesOf), linesOf(hub)];
  verdict.holds("SERVE-LISTING", is === wanted, () => `${target} has ${is} and not ${wanted}`);
  const sha = await readAnswer(
    verdict,
    bytes,
    (value) => (value as { readonly sha?: unknown }).sha,
  );
  verdict.holds("SERVE-COMMIT", sha === commit, `${target} names commit ${String(sha)}`);
  await judgeHead(server, target, verdict);
}

async function judgeFolder(
  { which, query, limit }: Extract<Question, { ask: "folder" }>,
  { server, world, verdict, here, files }: Court,
): Promise<void> {
  const folders = new Set(
    files.flatMap(({ path }) => {
      const parts = path.split("/").slice(0, -1);
      return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
    }),
  );
  // Also the whole, and one that is not there.
  const all = ["", ...folders, "nowhere"];
  const folder = all[which % all.length] ?? "";
  const path = folder === "" ? "" : `/${folder}`;
  const target = `${API}/tree/main${path}${query === "" ? "" : `?${query}`}`;
  const hub = askHub(world.hub, { url: target });
  const expected = hub.status === 200 ? entryLines(hub.json(), here) : "";
  const pages = `${target}${query === "" ? "?" : "&"}limit=${limit}`;
  const asked = limit === undefined ? target : pages;
  const { status, headers } = await askServer(server, { target: asked });
  if (folder !== "" && ![...here].some((one) => one.startsWith(`${folder}/`))) {
    // Of such a folder nothing is on this disk.
    const code = headers.get("x-error-code");
    const isRight = status === 404 && code === "EntryNotFound";
    verdict.holds("SERVE-ABSENT", isRight, `${asked} is answered by ${status} ${code}`);
    return;
  }
  if (folder !== "") verdict.reached("a folder");
  const { entries, pageCount } = await listedPages(server, asked, verdict);
  if (folder !== "" && pageCount > 1) verdict.reached("pages of a folder");
  const is = entryLines(entries, here);
  verdict.holds("SERVE-LISTING", is === expected, () => `${asked} has ${is} and not ${expected}`);
  await judgeHead(server, asked, verdict);
}

async function judgeNames(
  { which, body, spelling }: Extract<Question, { ask: "names" }>,
  { server, world, verdict, here, files }: Court,
): Promise<void> {
  const known = [...files.map(({ path }) => path), ABSENT];
  const asked = which.map((at) => known[at % known.length] ?? ABSENT);
  const paths = body === "JSON of one" ? asked.slice(0, 1) : asked;
  const text =
    body === "form"
      ? new URLSearchParams(paths.map((path): [string, string] => ["paths", path])).toString()
      : JSON.stringify({ paths: body === "JSON" ? paths : paths[0], expand: false });
  const name = body === "form" ? "application/x-www-form-urlencoded" : "application/json";
  const type = SPELLINGS[spelling](name);
  const target = `${API}/paths-info/main`;
  const question = { method: "POST", headers: { "content-type": type }, body: text };
  const expected = entryLines(askHub(world.hub, { url: target, ...question }).json(), here);
  const { status, bytes } = await verdict.attempt("SERVE-LISTING", () =>
    askServer(server, { target, ...question }),
  );
  const shown = `${target} for ${paths.join(", ")} (${body}, ${type})`;
  verdict.holds("SERVE-LISTING", status === 200, `${shown} is answered by ${status}`);
  verdict.reached("by names");
  const is = await readAnswer(verdict, bytes, (value) => entryLines(value, here));
  verdict.holds("SERVE-LISTING", is === expected, () => `${shown} has ${is} and not ${expected}`);
}

async function judgeHead(server: ModelServer, target: string, verdict: Verdict): Promise<void> {
  const { status, bytes } = await askServer(server, { target, method: "HEAD" });
  const isRight = status === 200 && bytes.length === 0;
  verdict.holds("SERVE-LISTING", isRight, `HEAD of ${target}: ${status}, ${bytes.length} bytes`);
}

/** The files among entries that are on the disk, and whatever is hidden, which must not be listed. */
function entryLines(value: unknown, here: ReadonlySet<string>): string {
  const entries = value as readonly ListedEntry[];
  return fileLines(entries.filter(({ path }) => here.has(path) || path.startsWith(".")));
}
