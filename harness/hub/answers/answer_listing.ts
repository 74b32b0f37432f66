import { type AnswerContext, errorDraft, type FoundCommit } from "./answer_context.ts";
import { type AnswerDraft, jsonDraft } from "./hub_answer.ts";
import { contentEtag, gitBlobSha1, lfsPointer, sha256Hex } from "../hub_file.ts";
import type { HubCommit } from "../hub_repositories.ts";
import { formatLinkHeader } from "./link_header.ts";
import { type ListingEntry, listingEntries, maskedEntry } from "./listing_entries.ts";

const EXPANDED_PAGE_SIZE = 50;
const PUBLISHED = "2026-01-01T00:00:00.000Z";

/** Describes a model: `GET /api/models/{id}` and `…/revision/{rev}`. */
export function answerInfo(context: AnswerContext, found: FoundCommit): AnswerDraft {
  const { repository, commit } = found;
  const query = new URLSearchParams(context.parts.query);
  const blobs = /^(1|true)$/i.test(query.get("blobs") ?? "");
  const { id } = repository;
  return jsonDraft({
    _id: commit.sha.slice(0, 24),
    id,
    modelId: id,
    author: id.includes("/") ? id.slice(0, id.indexOf("/")) : undefined,
    sha: commit.sha,
    lastModified: PUBLISHED,
    createdAt: PUBLISHED,
    private: repository.token !== undefined,
    gated: repository.gate === undefined ? false : "manual",
    disabled: false,
    downloads: 0,
    likes: 0,
    tags: commit.tags,
    library_name: commit.libraryName,
    siblings: siblings(commit, blobs),
  });
}

function siblings(commit: HubCommit, blobs: boolean): unknown[] {
  return [...commit.files.values()].map((file) => {
    if (!blobs) return { rfilename: file.path };
    const size = file.bytes.length;
    if (!file.lfs) return { rfilename: file.path, size, blobId: contentEtag(file) };
    const pointer = lfsPointer(file.bytes);
    return {
      rfilename: file.path,
      size,
      blobId: gitBlobSha1(pointer),
      lfs: { sha256: sha256Hex(file.bytes), size, pointerSize: pointer.length },
    };
  });
}

/** Lists a folder, page by page: `GET /api/models/{id}/tree/{rev}`. */
export function answerTree(
  context: AnswerContext,
  found: FoundCommit,
  folder: string,
): AnswerDraft {
  const { style, parts } = context;
  const query = new URLSearchParams(parts.query);
  const expand = isTrue(query.get("expand"));
  const recursive = isTrue(query.get("recursive"));
  const entries = entriesIn(found.commit, folder, recursive).filter(
    (entry) => entry.type === "file" || !recursive || style.directoryEntries,
  );
  if (entries.length === 0 && folder !== "") {
    return errorDraft({
      status: 404,
      code: "EntryNotFound",
      message: `${folder} does not exist on "${found.commit.sha}"`,
    });
  }
  const start = readCursor(query.get("cursor"));
  if (start === undefined) return errorDraft({ status: 400, message: "Invalid cursor" });
  const limit = Math.max(1, Number(query.get("limit") ?? style.pageSize) || 1);
  const size = Math.min(style.pageSize, limit, expand ? EXPANDED_PAGE_SIZE : style.pageSize);
  const page = entries.slice(start, start + size);
  const shown = page.map((entry) => shownEntry(entry, found, { expand, mask: style.maskHashes }));
  const end = start + size;
  if (end >= entries.length) return jsonDraft(shown);
  return jsonDraft(shown, [["Link", nextLink(context, writeCursor(end))]]);
}

/** Spells the link to the page that a cursor names, keeping the rest of the query. */
export function nextLink(context: AnswerContext, cursor: string): string {
  const { endpoint, style, parts } = context;
  const query = new URLSearchParams(parts.query);
  query.set("cursor", cursor);
  const target = `${parts.rawPath}?${query.toString()}`;
  return formatLinkHeader({ origin: endpoint, target, style: style.linkStyle });
}

/** Describes the files that are asked for by name: `POST /api/models/{id}/paths-info/{rev}`. */
export function answerPathsInfo(context: AnswerContext, found: FoundCommit): AnswerDraft {
  const { request, style } = context;
  const asked = readPaths(request.body ?? "", request.headers["content-type"] ?? "");
  if (asked === undefined) return errorDraft({ status: 400, message: "Invalid body" });
  const wanted = new Set(asked.paths);
  const entries = listingEntries(found.commit).filter((entry) => wanted.has(entry.path));
  const options = { expand: asked.expand, mask: style.maskHashes };
  return jsonDraft(entries.map((entry) => shownEntry(entry, found, options)));
}

function readPaths(body: string, type: string): { paths: string[]; expand: boolean } | undefined {
  if (!type.toLowerCase().includes("json")) {
    const form = new URLSearchParams(body);
    return { paths: form.getAll("paths"), expand: isTrue(form.get("expand")) };
  }
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== "object" || value === null || !("paths" in value)) return undefined;
  const paths = Array.isArray(value.paths) ? value.paths : [value.paths];
  return { paths: paths.map(String), expand: "expand" in value && value.expand === true };
}

function entriesIn(commit: HubCommit, folder: string, recursive: boolean): ListingEntry[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  return listingEntries(commit).filter(
    ({ path }) =>
      path.startsWith(prefix) && (recursive || !path.slice(prefix.length).includes("/")),
  );
}

function shownEntry(
  entry: ListingEntry,
  found: FoundCommit,
  { expand, mask }: { expand: boolean; mask: boolean },
): unknown {
  const shown = found.gated && mask ? maskedEntry(entry) : entry;
  if (!expand) return shown;
  const lastCommit = { id: found.commit.sha, title: "Upload", date: PUBLISHED };
  return { ...shown, lastCommit };
}

function isTrue(value: string | null): boolean {
  return value !== null && /^(1|true)$/i.test(value);
}

function writeCursor(start: number): string {
  return Buffer.from(JSON.stringify({ start })).toString("base64");
}

function readCursor(cursor: string | null): number | undefined {
  if (cursor === null) return 0;
  const match = /^\{"start":(\d+)\}$/.exec(Buffer.from(cursor, "base64").toString("utf8"));
  return match === null ? undefined : Number(match[1]);
}
