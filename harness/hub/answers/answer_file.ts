import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import {
  type AnswerContext,
  bearerToken,
  errorDraft,
  type FoundCommit,
  type ServedBytes,
  redirectDraft,
} from "./answer_context.ts";
import { selectRange } from "./byte_range.ts";
import { type AnswerDraft, bareDraft, textDraft } from "./hub_answer.ts";
import { contentEtag, type HubFile, sha256Hex } from "../hub_file.ts";
import { encodePath } from "../hub_route.ts";

/** Serves a file of a commit, or says where it is: `GET|HEAD /{id}/resolve/{rev}/{path}`. */
export function answerResolve(
  context: AnswerContext,
  found: FoundCommit,
  { path, cached }: { path: string; cached: boolean },
): AnswerDraft {
  const { style } = context;
  const { repository, commit } = found;
  const commitHeader = style.sendCommitHeader ? [["X-Repo-Commit", commit.sha] as const] : [];
  if (found.gated) return gatedDraft(context, repository.id);
  const file = commit.files.get(path);
  if (file === undefined) {
    const message = "Entry not found";
    return errorDraft({ status: 404, code: "EntryNotFound", message, headers: commitHeader });
  }
  if (file.lfs && style.lfsFiles === "cdn") {
    const linked = new Map([...commitHeader, ...linkedHeaders(context, file)]);
    return redirectDraft(302, signedUrl(context, repository.id, file), linked);
  }
  if (!file.lfs && style.smallFiles === "resolve-cache" && !cached) {
    const linked = new Map([...commitHeader, ...linkedHeaders(context, file)]);
    const route = `/api/resolve-cache/models/${encodePath(repository.id)}/${commit.sha}`;
    const query = `${encodeURIComponent(`/${repository.id}`)}=&etag=${encodeURIComponent(`"${contentEtag(file)}"`)}`;
    return redirectDraft(307, `${route}/${encodePath(file.path)}?${query}`, linked);
  }
  return serveBytes(context, {
    bytes: file.bytes,
    headers: [...commitHeader, ...dispositionHeaders(file.path)],
    gzip: (style.gzipSmallFiles || style.gzipUnasked) && !file.lfs,
    sendContentLength: style.sendContentLength,
    ...(style.sendEtag ? { etag: quoteEtag(context, contentEtag(file)) } : {}),
  });
}

/** Serves bytes whole or in part: `Range`, `If-Range` and `Accept-Encoding` as RFC 9110 has them. */
export function serveBytes(context: AnswerContext, served: ServedBytes): AnswerDraft {
  const { headers } = context.request;
  const { bytes, etag } = served;
  const size = bytes.length;
  const acceptRanges = served.acceptRanges !== false;
  const common = new Map([
    ...served.headers,
    ...(acceptRanges ? [["Accept-Ranges", "bytes"] as const] : []),
    ...(etag === undefined ? [] : [["ETag", etag] as const]),
  ]);
  const isZipped = acceptsGzip(headers["accept-encoding"]) || context.style.gzipUnasked;
  if (served.gzip === true && isZipped) {
    return gzipDraft(common, bytes);
  }
  // No range fits a file without bytes, and servers that are asked for one send all of it.
  const ranged =
    size > 0 &&
    acceptRanges &&
    context.request.method === "GET" &&
    rangeHolds(headers["if-range"], etag);
  const range = selectRange(ranged ? headers["range"] : undefined, size);
  if (range.kind === "unsatisfiable") {
    const fields = new Map([
      ...common,
      ["Content-Range", `bytes */${size}`],
      ["Content-Length", "0"],
    ] as const);
    return bareDraft(416, fields);
  }
  const start = range.kind === "part" ? range.start : 0;
  const end = range.kind === "part" ? range.end : size;
  const fields = new Map(common);
  if (range.kind === "part") fields.set("Content-Range", `bytes ${start}-${end - 1}/${size}`);
  if (served.sendContentLength !== false) fields.set("Content-Length", String(end - start));
  return {
    status: range.kind === "part" ? 206 : 200,
    headers: fields,
    body: { bytes: start === 0 && end === size ? bytes : bytes.subarray(start, end) },
    content: { bytes, start },
  };
}

// A compressed answer has no length known beforehand, a weak validator, and ignores ranges, as
// content networks do it.
function gzipDraft(common: ReadonlyMap<string, string>, bytes: Uint8Array): AnswerDraft {
  const fields = new Map(common);
  fields.set("Content-Encoding", "gzip");
  fields.set("Vary", "Accept-Encoding");
  const etag = fields.get("ETag");
  if (etag !== undefined && !etag.startsWith("W/")) fields.set("ETag", `W/${etag}`);
  return { status: 200, headers: fields, body: { bytes: gzipSync(bytes) } };
}

function acceptsGzip(header: string | undefined): boolean {
  return (header ?? "")
    .split(",")
    .some((item) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(item));
}

// Only a strong validator proves that the part still fits.
function rangeHolds(ifRange: string | undefined, etag: string | undefined): boolean {
  if (ifRange === undefined) return true;
  return etag !== undefined && !etag.startsWith("W/") && ifRange.trim() === etag;
}

function quoteEtag({ style }: AnswerContext, etag: string): string {
  if (style.etagStyle === "proxied") return `"${etag}-gzip"`;
  return linkedEtag(style, etag);
}

// A proxy knows nothing of the hub's own header.
function linkedEtag(style: AnswerContext["style"], etag: string): string {
  return style.etagStyle === "weak" ? `W/"${etag}"` : `"${etag}"`;
}

function linkedHeaders(context: AnswerContext, file: HubFile): (readonly [string, string])[] {
  if (!context.style.sendLinkedHeaders) return [];
  return [
    ["X-Linked-Size", String(file.bytes.length)],
    ["X-Linked-Etag", linkedEtag(context.style, contentEtag(file))],
  ];
}

function dispositionHeaders(path: string): (readonly [string, string])[] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, "_");
  const encoded = encodeURIComponent(name.toWellFormed());
  return [
    ["Content-Type", "application/octet-stream"],
    ["Content-Disposition", `inline; filename*=UTF-8''${encoded}; filename="${plain}";`],
  ];
}

function gatedDraft({ request }: AnswerContext, id: string): AnswerDraft {
  const known = bearerToken(request) !== undefined;
  return errorDraft({
    status: known ? 403 : 401,
    code: "GatedRepo",
    message: known
      ? `Access to model ${id} is restricted and you are not in the authorized list.`
      : `Access to model ${id} is restricted. You must be authenticated to access it.`,
  });
}

function signature(sha256: string, path: string, expiresMs: number): string {
  return createHash("sha256").update(`signed ${sha256} ${expiresMs} ${path}`).digest("hex");
}

function signedUrl(context: AnswerContext, id: string, file: HubFile): string {
  const sha256 = sha256Hex(file.bytes);
  const expiresMs = context.nowMs + context.style.cdnTtlMs;
  const query = new URLSearchParams({
    file: file.path.toWellFormed(),
    Expires: String(expiresMs),
    Signature: signature(sha256, file.path.toWellFormed(), expiresMs),
  });
  return `${context.cdnOrigin}/lfs/${encodePath(id)}/${sha256}?${query.toString()}`;
}

/** Serves an object of the large file store to a request with a signed address that is still valid. */
export function answerCdn(context: AnswerContext): AnswerDraft {
  const match = /^\/lfs\/.+\/([0-9a-f]{64})$/.exec(context.parts.rawPath);
  const sha256 = match?.[1];
  if (sha256 === undefined) return cdnDenied("No such object");
  const query = new URLSearchParams(context.parts.query);
  const expiresMs = Number(query.get("Expires"));
  const path = query.get("file") ?? "";
  const bytes = context.published.objects.get(sha256);
  if (query.get("Signature") !== signature(sha256, path, expiresMs) || bytes === undefined) {
    return cdnDenied("Invalid signature");
  }
  if (context.nowMs >= expiresMs) return cdnDenied("Request has expired");
  // The content network's validator is its own, and names neither blob nor content, though it has the form of a SHA-256: the
  // real one is the hash of Xet.
  const own = createHash("sha256").update(`xet ${sha256}`).digest("hex");
  return serveBytes(context, {
    bytes,
    headers: dispositionHeaders(path),
    etag: `"${own}"`,
    sendContentLength: context.style.sendContentLength,
  });
}

/** What the content network says to an address that is not good, or no longer. */
export function cdnDenied(message: string): AnswerDraft {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
  return textDraft(403, xml, [["Content-Type", "application/xml"]]);
}
