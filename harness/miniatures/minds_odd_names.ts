import { changingJson } from "./lying_response.ts";
import { lyingHost } from "./lying_host.ts";

/** Characters that a shell or an old code page would mind. */
const ODD_REGEXP = /[{}$';@~?]|[^\0-\u2fff]/;

/** Leaves out files with names that a shell or an old code page would mind. */
export const mindsOddNames = lyingHost(
  {
    name: "minds_odd_names",
    lie: "Leaves out files with names that a shell or an old code page would mind.",
    breaks: ["LAYOUT-NAMES"],
  },
  ({ fetch }) => ({
    fetch: async (url, request) => {
      const response = await fetch(url, request);
      // A listing of several pages is left whole: what is lost of one would be a page's fault.
      const isPage = url.includes("cursor=") || response.headers.get("link") !== null;
      if (isPage || !url.includes("/tree/")) return response;
      const answered: typeof fetch = async () => response;
      return changingJson(answered, (value) =>
        Array.isArray(value)
          ? value.filter(({ path }: { path?: string }) => !ODD_REGEXP.test(path ?? ""))
          : value,
      )(url, request);
    },
  }),
);
