import type { LinkStyle } from "./hub_style.ts";

/** Where the next page is, and how to say so. */
export interface NextPage {
  /** Origin of the hub. */
  readonly origin: string;
  /** Path and query of the next page. */
  readonly target: string;
  readonly style: LinkStyle;
}

/** Spells the `Link` header that names the next page of a listing; every spelling is legal by RFC 8288. */
export function formatLinkHeader({ origin, target, style }: NextPage): string {
  const url = `${origin}${target}`;
  switch (style) {
    case "absolute":
      return `<${url}>; rel="next"`;
    case "relative":
      return `<${target}>; rel="next"`;
    case "tight":
      return `<${url}>;rel="next"`;
    case "unquoted":
      return `<${url}>; rel=next`;
    case "parameter-first":
      return `<${url}>; title="page"; rel="next"`;
    case "quoted-delimiters":
      return `<${url}>; title="more, of; it"; rel="next"`;
    case "several-links": {
      const first = target.replace(/[?&]cursor=[^&]*/, "");
      return `<${origin}${first}>; rel="first", <${url}>; rel="next"`;
    }
    case "several-relations":
      return `<${url}>; rel="section next"`;
    case "upper-case":
      return `<${url}>; REL="Next"`;
  }
}
