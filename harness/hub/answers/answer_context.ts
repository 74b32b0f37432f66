import {
  type AnswerDraft,
  bareDraft,
  headerText,
  type HubRequest,
  textDraft,
} from "./hub_answer.ts";
import {
  findCommit,
  type HubCommit,
  type HubRepositories,
  type HubRepository,
} from "../hub_repositories.ts";
import { encodePath, type KnownRoute, type UrlParts } from "../hub_route.ts";
import type { HubStyle } from "../hub_style.ts";

/** The hosts that a hub answers for. */
export interface HubOrigins {
  readonly endpoint: string;
  readonly cdnOrigin: string;
  /** Where plain addresses live, besides the content network. */
  readonly urlOrigin: string;
}

/** Everything that was published. */
export interface Published {
  readonly repositories: HubRepositories;
  /** The large file store, by SHA-256. */
  readonly objects: Map<string, Uint8Array>;
  /** Plain addresses, by encoded path. */
  readonly urls: Map<string, PlainUrl>;
}

/** Bytes to serve, and what to say about them. */
export interface ServedBytes {
  readonly bytes: Uint8Array;
  readonly headers: readonly (readonly [string, string])[];
  /** With its quotes; none is sent without it. */
  readonly etag?: string;
  readonly acceptRanges?: boolean;
  readonly sendContentLength?: boolean;
  /** Whether the bytes may be sent compressed. */
  readonly gzip?: boolean;
}

/** Bytes at a plain address of one of two hosts. */
export interface PlainUrl extends ServedBytes {
  readonly on: "url" | "cdn";
}

/** Everything that an answer depends on. */
export interface AnswerContext extends HubOrigins {
  readonly published: Published;
  readonly style: HubStyle;
  readonly nowMs: number;
  readonly request: HubRequest;
  readonly parts: UrlParts;
}

/** A commit that the reader asked for, and what the reader may see of it. */
export interface FoundCommit {
  readonly repository: HubRepository;
  readonly commit: HubCommit;
  /** Whether a licence keeps the files from this reader. */
  readonly gated: boolean;
}

/** An error as the hub words it. */
export interface HubError {
  readonly status: number;
  readonly code?: string;
  readonly message: string;
  readonly headers?: readonly (readonly [string, string])[];
}

/** The token of a request, if it has one. */
export function bearerToken(request: HubRequest): string | undefined {
  const match = /^bearer +(.+)$/i.exec(request.headers["authorization"] ?? "");
  return match?.[1]?.trim();
}

/** Says no the way the hub does: status, `X-Error-Code`, `X-Error-Message` and a JSON body. */
export function errorDraft({ status, code, message, headers = [] }: HubError): AnswerDraft {
  const fields: (readonly [string, string])[] = [
    ["Content-Type", "application/json; charset=utf-8"],
    ...(code === undefined ? [] : [["X-Error-Code", code] as const]),
    ["X-Error-Message", headerText(message)],
    ...(status === 401
      ? [["WWW-Authenticate", 'Bearer realm="Authentication required"'] as const]
      : []),
    ...headers,
  ];
  return textDraft(status, JSON.stringify({ error: message }), fields);
}

/** Finds what a route names, or answers why not. */
export function findRoute(context: AnswerContext, route: KnownRoute): FoundCommit | AnswerDraft {
  const { request } = context;
  const { repositories } = context.published;
  const token = bearerToken(request);
  const repository = repositories.find(route.repository);
  if (repository === undefined) {
    const canonical = repositories.canonicalId(route.repository);
    if (canonical === undefined) return missingRepository(context);
    return redirectToId(context, route, canonical);
  }
  if (repository.token !== undefined && repository.token !== token) {
    return missingRepository(context);
  }
  const gated = repository.gate !== undefined && !repository.gate.includes(token ?? "");
  const revision = route.revision ?? "main";
  const commit = findCommit(repository, revision);
  if (commit === undefined) {
    return errorDraft({
      status: 404,
      code: "RevisionNotFound",
      message: `Invalid rev id: ${revision}`,
    });
  }
  return { repository, commit, gated };
}

// The hub does not tell a stranger whether a repository is private or missing.
function missingRepository({ request, style }: AnswerContext): AnswerDraft {
  if (bearerToken(request) !== undefined) {
    return errorDraft({ status: 404, code: "RepoNotFound", message: "Repository not found" });
  }
  return errorDraft({
    status: 401,
    message: "Invalid username or password.",
    ...(style.namesErrorToAnonymous ? { code: "RepoNotFound" } : {}),
  });
}

function redirectToId({ parts }: AnswerContext, route: KnownRoute, canonical: string): AnswerDraft {
  const prefix = /^\/(?:api\/(?:resolve-cache\/)?models\/)?/.exec(parts.rawPath)?.[0] ?? "/";
  const rest = parts.rawPath.slice(prefix.length + route.rawRepository.length);
  const query = parts.query === "" ? "" : `?${parts.query}`;
  const location = `${prefix}${encodePath(canonical)}${rest}${query}`;
  return redirectDraft(307, location, new Map());
}

/** Sends the client elsewhere; the length that it states is that of its own small body. */
export function redirectDraft(
  status: number,
  location: string,
  headers: ReadonlyMap<string, string>,
): AnswerDraft {
  const text = `Redirecting to ${location}`;
  const draft = textDraft(status, text, [
    ["Content-Type", "text/plain; charset=utf-8"],
    ["Location", location],
  ]);
  return { ...draft, headers: new Map([...draft.headers, ...headers]) };
}

/** Says that a request is not one that this hub knows. */
export function unknownDraft(): AnswerDraft {
  return bareDraft(501, new Map([["Content-Length", "0"]]));
}
