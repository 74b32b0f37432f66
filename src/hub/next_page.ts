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

/**
 * Reads `<target>; name=token; name="quoted"` items, separated by commas that stand outside brackets and quotes, in
 * one pass over the header.
 */
function parseLinks(header: string): Link[] {
  const links: Link[] = [];
  let at = header.indexOf("<");
  while (at !== -1) {
    const close = header.indexOf(">", at);
    if (close === -1) break;
    const parameters = readParameters(header, close + 1);
    // RFC 8288: only the first rel counts.
    const rel = parameters.found.find(({ name }) => name === "rel");
    const relations = (rel?.value ?? "").toLowerCase().split(/\s+/);
    links.push({ target: header.slice(at + 1, close), relations });
    at = header.indexOf("<", parameters.end);
  }
  return links;
}

interface Parameters {
  readonly found: readonly { readonly name: string; readonly value: string }[];
  /** Where the next link may begin. */
  readonly end: number;
}

/** The parameters of one link: up to a comma, or another link, outside of quotes. */
function readParameters(header: string, start: number): Parameters {
  const found: { name: string; value: string }[] = [];
  let text = "";
  let value: string | undefined;
  const take = () => {
    const equals = text.indexOf("=");
    const name = (equals === -1 ? text : text.slice(0, equals)).trim().toLowerCase();
    const token = equals === -1 ? "" : text.slice(equals + 1).trim();
    if (name !== "") found.push({ name, value: value ?? token });
    text = "";
    value = undefined;
  };
  let at = start;
  for (; at < header.length; at++) {
    const character = header.charAt(at);
    if (character === "," || character === "<") break;
    if (character === ";") take();
    else if (character !== '"') text += character;
    else {
      const end = endOfQuoted(header, at);
      value ??= header.slice(at + 1, end).replace(/\\(.)/g, "$1");
      at = end;
    }
  }
  take();
  return { found, end: at };
}

/** Index of the quote that ends a quoted string, or the header's end. */
function endOfQuoted(header: string, start: number): number {
  for (let at = start + 1; at < header.length; at++) {
    if (header.charAt(at) === "\\") at++;
    else if (header.charAt(at) === '"') return at;
  }
  return header.length;
}
