import type { LinkStyle } from "../hub_style.ts";

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
    case "several-fields":
      // A line is a field of its own.
      return `<${origin}/docs>; rel="help"\n<${url}>; rel="next"\n<${origin}/>; rel="up"`;
    case "query-only":
      return `<${target.slice(target.indexOf("?"))}>; rel="next"`;
    case "spaced":
      return `<${url}> ;  rel = "next"`;
    case "escaped-quotes":
      return `<${url}>; title="the \\"next\\" page; rel=last"; rel="next"`;
    case "delimiters-in-target":
      return `<${url}&note=a,b;rel=none>; rel="next"`;
    case "second-rel":
      // RFC 8288: only the first counts.
      return `<${url}>; rel="next"; rel="prev"`;
    case "upper-case":
      return `<${url}>; REL="Next"`;
  }
}
