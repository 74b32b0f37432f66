import { changingJson } from "./lying_response.ts";
import { lyingHost } from "./lying_host.ts";

/** Leaves out files with names that a shell or an old code page would mind. */
export const mindsOddNames = lyingHost(
  {
    name: "minds_odd_names",
    lie: "Leaves out files with names that a shell or an old code page would mind.",
    breaks: ["LAYOUT-NAMES"],
  },
  ({ fetch }) => ({
    fetch: changingJson(fetch, (value) =>
      Array.isArray(value)
        ? value.filter(({ path }: { path?: string }) => !/[{}$';@~?]|[^\0-\u2fff]/.test(path ?? ""))
        : value,
    ),
  }),
);
