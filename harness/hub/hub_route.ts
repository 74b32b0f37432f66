/** What a path on the hub's own host asks for. */
export type HubRoute = KnownRoute | { readonly kind: "unknown" };

/** A path that the hub knows, with the encoded repository id as it stood in it. */
export type KnownRoute = Target & { readonly rawRepository: string };

type Target =
  | { readonly kind: "info"; readonly repository: string; readonly revision: string | undefined }
  | {
      readonly kind: "tree";
      readonly repository: string;
      readonly revision: string;
      readonly folder: string;
    }
  | { readonly kind: "paths-info"; readonly repository: string; readonly revision: string }
  | {
      readonly kind: "resolve";
      readonly repository: string;
      readonly revision: string;
      readonly file: string;
      /** Whether it is the cached route, which redirects no further. */
      readonly cached: boolean;
    };

/** An address in parts, none of them normalized or decoded. */
export interface UrlParts {
  readonly origin: string;
  readonly host: string;
  readonly rawPath: string;
  /** Without the question mark. */
  readonly query: string;
}

const ID = "([^/]+(?:/[^/]+)?)";
const API = new RegExp(`^/api/models/${ID}$`);
const REVISION = new RegExp(`^/api/models/${ID}/revision/([^/]+)$`);
const TREE = new RegExp(`^/api/models/${ID}/tree/([^/]+)(?:/(.*))?$`);
const PATHS_INFO = new RegExp(`^/api/models/${ID}/paths-info/([^/]+)$`);
const CACHED = new RegExp(`^/api/resolve-cache/models/${ID}/([^/]+)/(.+)$`);
const RESOLVE = new RegExp(`^/${ID}/resolve/([^/]+)/(.*)$`);
const UNKNOWN: HubRoute = { kind: "unknown" };

/** Takes an absolute address apart without the normalizing that `URL` does. */
export function splitUrl(url: string): UrlParts {
  const match = /^([a-z][a-z0-9+.-]*:\/\/([^/?#]*))([^?#]*)(?:\?([^#]*))?/i.exec(url);
  if (match === null) return { origin: "", host: "", rawPath: url, query: "" };
  return {
    origin: match[1] ?? "",
    host: match[2] ?? "",
    rawPath: match[3] === "" ? "/" : (match[3] ?? "/"),
    query: match[4] ?? "",
  };
}

/** Undoes percent-encoding once; nothing when the encoding is malformed. */
export function decodeOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Percent-encodes each component of a path once. */
export function encodePath(path: string): string {
  return path.toWellFormed().split("/").map(encodeURIComponent).join("/");
}

/**
 * Reads a path of the hub. Repository, revision and file are decoded once, so what was
 * encoded twice names nothing that exists: `LAYOUT-NAMES`.
 */
export function parseRoute(rawPath: string): HubRoute {
  const api = rawPath.startsWith("/api/");
  let match = api ? REVISION.exec(rawPath) : null;
  if (match !== null) return withDecoded(match, (id, rev) => infoRoute(id, rev));
  match = api ? TREE.exec(rawPath) : null;
  if (match !== null) {
    return withDecoded(match, (repository, revision, folder) => ({
      kind: "tree",
      repository,
      revision,
      folder: folder.replace(/\/$/, ""),
    }));
  }
  match = api ? PATHS_INFO.exec(rawPath) : null;
  if (match !== null) {
    return withDecoded(match, (repository, revision) => ({
      kind: "paths-info",
      repository,
      revision,
    }));
  }
  match = api ? API.exec(rawPath) : null;
  if (match !== null) return withDecoded(match, (id) => infoRoute(id, undefined));
  match = api ? CACHED.exec(rawPath) : RESOLVE.exec(rawPath);
  if (match === null) return UNKNOWN;
  return withDecoded(match, (repository, revision, file) => ({
    kind: "resolve",
    repository,
    revision,
    file,
    cached: api,
  }));
}

function infoRoute(repository: string, revision: string | undefined): Target {
  return { kind: "info", repository, revision };
}

function withDecoded(
  match: RegExpExecArray,
  build: (first: string, second: string, third: string) => Target,
): HubRoute {
  const parts = match.slice(1).map((part: string | undefined) => decodeOnce(part ?? ""));
  const [first = "", second = "", third = ""] = parts;
  if (parts.includes(undefined)) return UNKNOWN;
  return { ...build(first, second, third), rawRepository: match[1] ?? "" };
}
