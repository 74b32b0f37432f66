/** What a path asks for. */
export type Route =
  | { readonly kind: "info"; readonly repository: string; readonly revision: string }
  | {
      readonly kind: "tree" | "paths-info";
      readonly repository: string;
      readonly revision: string;
      /** Empty for all. */
      readonly folder: string;
    }
  | {
      readonly kind: "resolve";
      readonly repository: string;
      readonly revision: string;
      readonly path: string;
    };

/** A path that is no question of this protocol: unknown, or not decodable. */
export type NoRoute = { readonly kind: "unknown" } | { readonly kind: "malformed" };

/** A target in its parts. */
export interface Target {
  readonly rawPath: string;
  /** Without the question mark. */
  readonly query: string;
}

/** Takes a request's target apart; an absolute form, as to a proxy, is read too. */
export function splitTarget(target: string): Target {
  const scheme = /^https?:\/\//i.exec(target)?.[0].length;
  const path = scheme === undefined ? 0 : target.indexOf("/", scheme);
  const rest = path === -1 ? "/" : target.slice(path);
  const at = rest.indexOf("?");
  return at === -1
    ? { rawPath: rest, query: "" }
    : { rawPath: rest.slice(0, at), query: rest.slice(at + 1) };
}

/**
 * Reads a path of the hub's protocol: `SERVE-ABSENT`.
 *
 * Each component is decoded once and nothing is normalized: `..`, encoded or not, is a name like any other, and no file has it.
 */
export function parseRoute(rawPath: string): Route | NoRoute {
  const parts: string[] = [];
  for (const part of rawPath.split("/")) {
    const decoded = decodeOnce(part);
    if (decoded === undefined) return { kind: "malformed" };
    parts.push(decoded);
  }
  const [root, ...names] = parts;
  if (root !== "") return { kind: "unknown" };
  return names[0] === "api" ? apiRoute(names.slice(1)) : resolveRoute(names);
}

function apiRoute([models, org = "", name = "", ...rest]: readonly string[]): Route | NoRoute {
  if (models !== "models" || org === "" || name === "") return { kind: "unknown" };
  const repository = `${org}/${name}`;
  const [verb, revision = "", ...path] = rest;
  if (verb === undefined) return { kind: "info", repository, revision: "main" };
  if (revision === "") return { kind: "unknown" };
  if (verb === "revision" && path.length === 0) return { kind: "info", repository, revision };
  if (verb === "paths-info" && path.length === 0)
    return { kind: "paths-info", repository, revision, folder: "" };
  if (verb !== "tree") return { kind: "unknown" };
  if (path.at(-1) === "") path.pop();
  return { kind: "tree", repository, revision, folder: path.join("/") };
}

function resolveRoute(names: readonly string[]): Route | NoRoute {
  const [org = "", name = "", verb, revision = "", ...path] = names;
  if (verb !== "resolve" || org === "" || name === "" || revision === "")
    return { kind: "unknown" };
  return { kind: "resolve", repository: `${org}/${name}`, revision, path: path.join("/") };
}

function decodeOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A malformed escape names nothing.
    return undefined;
  }
}
