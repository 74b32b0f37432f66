import { ModelError } from "../errors.ts";

/**
 * The address of the next page that a `Link` header names (RFC 8288, every spelling of it), or undefined
 * on the last page.
 *
 * @param page the page's own address and its `Link` header
 * @throws {ModelError} `not-a-hub` when the link is not a web address
 */
export function nextPage(page: {
  readonly url: string;
  readonly link: string | null;
}): string | undefined {
  for (const { target, relations } of parseLinks(page.link ?? "")) {
    if (!relations.includes("next")) continue;
    const url = URL.parse(target, page.url);
    if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
      throw new ModelError(
        "not-a-hub",
        "Cannot follow the listing: its next page is not a web address; check the hub's address",
      );
    }
    return url.href;
  }
  return undefined;
}

interface Link {
  readonly target: string;
  readonly relations: readonly string[];
}

/** `<target>; name=token; name="quoted"` items, separated by commas that stand outside brackets and quotes. */
const LINK_REGEXP =
  /<([^>]*)>((?:\s*;\s*[^\s=;,<>]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"<>]+))?)*)/g;
const PARAMETER_REGEXP = /;\s*([^\s=;,]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))/g;

function parseLinks(header: string): Link[] {
  return [...header.matchAll(LINK_REGEXP)].map(([, target = "", parameters = ""]) => {
    // RFC 8288: only the first rel counts.
    const rel = [...parameters.matchAll(PARAMETER_REGEXP)].find(
      ([, name]) => name?.toLowerCase() === "rel",
    );
    const value = (rel?.[2] ?? rel?.[3] ?? "").toLowerCase();
    return { target, relations: value.split(/\s+/) };
  });
}
