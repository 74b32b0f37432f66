import { type AnswerContext, findRoute, redirectDraft } from "./answer_context.ts";
import { answerCdn, answerResolve, serveBytes } from "./answer_file.ts";
import { answerInfo, answerPathsInfo, answerTree } from "./answer_listing.ts";
import type { ExchangeKind } from "../faults/fault_rule.ts";
import { type AnswerDraft, bareDraft, type OpenExchange } from "./hub_answer.ts";
import type { HubFile } from "../hub_file.ts";
import { findCommit } from "../hub_repositories.ts";
import { decodeOnce, type HubRoute } from "../hub_route.ts";
import { endlessPage, endlessPageNumber } from "../faults/faulty_listing.ts";

/** Answers truthfully; nothing when no real hub knows the route. */
export function answerRequest(context: AnswerContext, route: HubRoute): AnswerDraft | undefined {
  const { parts, request } = context;
  if (/(^|&)hop=/.test(parts.query)) return loopDraft(context);
  const allowed = route.kind === "paths-info" ? ["POST"] : ["GET", "HEAD"];
  if (!allowed.includes(request.method)) return undefined;
  if (parts.origin !== context.endpoint) return answerElsewhere(context);
  if (route.kind === "unknown") return undefined;
  const found = findRoute(context, route);
  if ("status" in found) return found;
  switch (route.kind) {
    case "info":
      return answerInfo(context, found);
    case "tree":
      if (endlessPageNumber(parts.query) !== undefined) return endlessPage(context);
      return answerTree(context, found, route.folder);
    case "paths-info":
      return answerPathsInfo(context, found);
    case "resolve":
      return answerResolve(context, found, { path: route.file, cached: route.cached });
  }
}

function answerElsewhere(context: AnswerContext): AnswerDraft | undefined {
  const { parts, published, cdnOrigin, urlOrigin } = context;
  const url = published.urls.get(parts.rawPath);
  const home = url?.on === "cdn" ? cdnOrigin : urlOrigin;
  if (url !== undefined && parts.origin === home) return serveBytes(context, url);
  if (parts.origin === cdnOrigin) return answerCdn(context);
  if (parts.origin !== urlOrigin) return undefined;
  return bareDraft(404, new Map([["Content-Length", "0"]]));
}

/** Redirects to the same path with the next hop number, which is answered in the same way. */
export function loopDraft({ parts }: AnswerContext): AnswerDraft {
  const query = new URLSearchParams(parts.query);
  query.set("hop", String(Number(query.get("hop") ?? 0) + 1));
  return redirectDraft(302, `${parts.rawPath}?${query.toString()}`, new Map());
}

/** The file that a request is about, if it exists. */
export function requestedFile(context: AnswerContext, route: HubRoute): HubFile | undefined {
  const { parts, published } = context;
  if (route.kind === "resolve") {
    const id = published.repositories.canonicalId(route.repository);
    const repository = id === undefined ? undefined : published.repositories.find(id);
    const commit = repository === undefined ? undefined : findCommit(repository, route.revision);
    return commit?.files.get(route.file);
  }
  const bytes =
    published.urls.get(parts.rawPath)?.bytes ?? published.objects.get(parts.rawPath.slice(-64));
  return bytes === undefined ? undefined : { path: parts.rawPath, bytes, lfs: true };
}

/** Opens the record of a request. */
export function openExchange(context: AnswerContext, route: HubRoute): OpenExchange {
  const { request, parts, nowMs } = context;
  const { authorization, range } = request.headers;
  const acceptEncoding = request.headers["accept-encoding"];
  const kind = exchangeKind(context, route);
  const signed = kind === "cdn" ? new URLSearchParams(parts.query).get("file") : null;
  const file = route.kind === "resolve" ? route.file : (signed ?? undefined);
  return {
    atMs: nowMs,
    kind,
    method: request.method,
    url: request.url,
    host: parts.host,
    path: decodeOnce(parts.rawPath) ?? parts.rawPath,
    rawPath: parts.rawPath,
    ...(file === undefined ? {} : { file }),
    ...(authorization === undefined ? {} : { authorization }),
    ...(range === undefined ? {} : { range }),
    ...(acceptEncoding === undefined ? {} : { acceptEncoding }),
    ...(request.proxy === undefined ? {} : { proxy: request.proxy }),
    status: 0,
    bytesPlanned: 0,
    bytesSent: 0,
  };
}

function exchangeKind(context: AnswerContext, route: HubRoute): ExchangeKind {
  const { parts, published, endpoint, cdnOrigin, urlOrigin } = context;
  if (parts.origin === endpoint) return route.kind;
  if (published.urls.has(parts.rawPath)) return "url";
  if (parts.origin === cdnOrigin) return "cdn";
  return parts.origin === urlOrigin ? "url" : "unknown";
}
