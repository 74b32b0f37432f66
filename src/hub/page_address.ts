import { trimEndOf } from "../limits/trim_end.ts";

/** What the address of a page of the hub stands for. */
export type PageAddress =
  | {
      readonly kind: "file";
      /** The address of the file itself. */
      readonly url: string;
    }
  | {
      readonly kind: "model";
      readonly repository: string;
      /** The branch, tag or commit that the page shows, where it says so. */
      readonly revision?: string;
    };

/** Hosts of the hub's pages, whatever endpoint is set. */
const PAGE_ORIGINS = ["https://huggingface.co", "https://www.huggingface.co", "https://hf.co"];

/** First parts of addresses that are no organizations. */
const OTHER_PAGES = new Set([
  "api",
  "datasets",
  "spaces",
  "models",
  "docs",
  "collections",
  "papers",
]);

/** `hf://[models/]ORG/NAME[@REVISION]`, as the hub's own tools name a model; the special refs have slashes. */
const HF_URI_REGEXP =
  /^hf:\/\/(?:models\/)?([^/@]+)\/([^/@]+)(?:@(refs\/(?:pr|convert)\/[^/]+|[^/]+))?\/?$/;

/**
 * Reads an address that was copied from a browser: the page of a file or of a model, where the bytes of a file were meant:
 * `DL-NO-PAGE`. A model that is named as `hf://org/name@revision` is read too.
 *
 * @param endpoint the hub's address, whose pages have the same form
 * @returns undefined when it is not the address of such a page
 */
export function readPageAddress(address: string, endpoint: string): PageAddress | undefined {
  const [, uriOrg = "", uriName = "", uriRevision] = HF_URI_REGEXP.exec(address) ?? [];
  if (uriOrg !== "") return modelOfUri(uriOrg, uriName, { revision: uriRevision });
  const url = URL.parse(address);
  if (url === null) return undefined;
  const hub = new URL(endpoint);
  const prefix = hub.origin === url.origin ? trimEndOf(hub.pathname, "/") : undefined;
  if (prefix === undefined && !PAGE_ORIGINS.includes(url.origin)) return undefined;
  const base = prefix ?? "";
  if (!url.pathname.startsWith(`${base}/`)) return undefined;
  const [org = "", name = "", page, revision, ...path] = trimEndOf(
    url.pathname.slice(base.length + 1),
    "/",
  ).split("/");
  if (org === "" || name === "" || OTHER_PAGES.has(org)) return undefined;
  if (page === "blob" && revision !== undefined && path.length > 0) {
    url.pathname = [base, org, name, "resolve", revision, ...path].join("/");
    return { kind: "file", url: url.href };
  }
  const isModel = page === undefined || ["tree", "blob", "commits", "discussions"].includes(page);
  if (!isModel) return undefined;
  // A branch with a slash in its name stands there with it encoded.
  const shown = page === "tree" && revision !== undefined ? decoded(revision) : undefined;
  return { kind: "model", repository: `${org}/${name}`, ...(shown && { revision: shown }) };
}

/** Nothing where the first part is another kind than a model. */
function modelOfUri(
  org: string,
  name: string,
  { revision }: { readonly revision: string | undefined },
): PageAddress | undefined {
  if (OTHER_PAGES.has(org) || org === "kernels" || org === "buckets") return undefined;
  const shown = revision === undefined ? undefined : decoded(revision);
  return { kind: "model", repository: `${org}/${name}`, ...(shown && { revision: shown }) };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // What is not encoded as an address names no branch.
    return undefined;
  }
}
