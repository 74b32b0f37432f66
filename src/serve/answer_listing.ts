import type { ServedAnswer } from "../../spec/mod.ts";
import { parseJsonText } from "../limits/parse_json_text.ts";
import { type Field, jsonAnswer, refusal } from "./answers.ts";
import { type ListingEntry, listingEntries } from "./listing_entries.ts";
import type { OfferedModel } from "./offered_model.ts";

/** Entries on one page, as on the hub. */
const PAGE_ENTRIES_MAX = 1000;

/** Describes a model: `GET /api/models/ORG/NAME[/revision/REV]`. */
export function answerInfo(model: OfferedModel, query: string): ServedAnswer {
  const { repository, commit, isMlx, files } = model;
  const hasBlobs = isTrue(new URLSearchParams(query).get("blobs"));
  const changedMs = Math.max(
    0,
    ...Array.from(files.values(), ({ identity }) => identity.modifiedMs),
  );
  const changed = new Date(changedMs).toISOString();
  return jsonAnswer({
    _id: commit.slice(0, 24),
    id: repository,
    modelId: repository,
    author: repository.slice(0, repository.indexOf("/")),
    sha: commit,
    lastModified: changed,
    createdAt: changed,
    private: false,
    gated: false,
    disabled: false,
    downloads: 0,
    likes: 0,
    tags: isMlx ? ["mlx"] : [],
    ...(isMlx && { library_name: "mlx" }),
    siblings: siblings(model, hasBlobs),
  });
}

function siblings(model: OfferedModel, hasBlobs: boolean): readonly object[] {
  return listingEntries(model).flatMap(({ type, path, size, oid, lfs }) => {
    if (type === "directory") return [];
    if (!hasBlobs) return [{ rfilename: path }];
    const large = lfs && { sha256: lfs.oid, size: lfs.size, pointerSize: lfs.pointerSize };
    return [{ rfilename: path, size, blobId: oid, ...(large && { lfs: large }) }];
  });
}

/** What a listing is asked for with. */
export interface ListingQuestion {
  /** Empty for all. */
  readonly folder: string;
  /** The path as it was asked for. */
  readonly rawPath: string;
  readonly query: string;
  /** Scheme and host by which this server was asked; empty where it is not known. */
  readonly origin: string;
}

/** Lists a folder, page by page: `GET /api/models/ORG/NAME/tree/REV[/FOLDER]`. */
export function answerTree(model: OfferedModel, question: ListingQuestion): ServedAnswer {
  const { folder } = question;
  const query = new URLSearchParams(question.query);
  const isRecursive = isTrue(query.get("recursive"));
  const prefix = folder === "" ? "" : `${folder}/`;
  const entries = listingEntries(model).filter(
    ({ path }) =>
      path.startsWith(prefix) && (isRecursive || !path.slice(prefix.length).includes("/")),
  );
  if (entries.length === 0 && folder !== "") {
    const message = `${folder} does not exist on "${model.commit}"`;
    return refusal({ status: 404, code: "EntryNotFound", message });
  }
  const start = readCursor(query.get("cursor"));
  if (start === undefined) return refusal({ status: 400, message: "Invalid cursor" });
  const count = pageSize(query.get("limit"));
  const page = entries.slice(start, start + count).map((entry) => shown(entry, model, query));
  const isLast = start + count >= entries.length;
  return jsonAnswer(page, { fields: isLast ? [] : [nextPage(question, start + count)] });
}

/** Describes the files that are asked for by name: `POST /api/models/ORG/NAME/paths-info/REV`. */
export function answerPathsInfo(
  model: OfferedModel,
  request: { readonly body?: string; readonly type: string },
): ServedAnswer {
  const { body = "", type } = request;
  const asked = type.toLowerCase().includes("json") ? pathsInJson(body) : pathsInForm(body);
  if (asked === undefined) return refusal({ status: 400, message: "Invalid body" });
  const entries = listingEntries(model).filter(({ path }) => asked.paths.has(path));
  const query = new URLSearchParams({ expand: String(asked.isExpanded) });
  return jsonAnswer(entries.map((entry) => shown(entry, model, query)));
}

interface AskedPaths {
  readonly paths: ReadonlySet<string>;
  readonly isExpanded: boolean;
}

function pathsInForm(body: string): AskedPaths {
  const form = new URLSearchParams(body);
  return { paths: new Set(form.getAll("paths")), isExpanded: isTrue(form.get("expand")) };
}

function pathsInJson(body: string): AskedPaths | undefined {
  try {
    const value: unknown = parseJsonText(body);
    if (typeof value !== "object" || value === null) return undefined;
    const paths: unknown = Reflect.get(value, "paths");
    const isExpanded = Reflect.get(value, "expand") === true;
    return { paths: new Set([paths].flat().map(String)), isExpanded };
  } catch {
    // The caller says that the body is invalid.
    return undefined;
  }
}

function shown(entry: ListingEntry, model: OfferedModel, query: URLSearchParams): object {
  if (!isTrue(query.get("expand"))) return entry;
  const { commit, files } = model;
  const date = new Date(files.get(entry.path)?.identity.modifiedMs ?? 0).toISOString();
  return { ...entry, lastCommit: { id: commit, title: "Served from a disk", date } };
}

function nextPage({ origin, rawPath, query }: ListingQuestion, start: number): Field {
  const next = new URLSearchParams(query);
  next.set("cursor", String(start));
  return ["Link", `<${origin}${rawPath}?${next.toString()}>; rel="next"`];
}

function pageSize(limit: string | null): number {
  const asked = limit !== null && /^\d{1,6}$/.test(limit) ? Number(limit) : PAGE_ENTRIES_MAX;
  return Math.min(Math.max(1, asked), PAGE_ENTRIES_MAX);
}

function readCursor(cursor: string | null): number | undefined {
  if (cursor === null) return 0;
  return /^\d{1,9}$/.test(cursor) ? Number(cursor) : undefined;
}

function isTrue(value: string | null): boolean {
  return value !== null && /^(?:1|true)$/i.test(value);
}
