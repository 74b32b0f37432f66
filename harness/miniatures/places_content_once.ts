import { changingJson } from "./lying_response.ts";
import { lyingHost } from "./lying_host.ts";

/** Keys its work by hash alone, so that of small files with one content the first is placed. */
export const placesContentOnce = lyingHost(
  {
    name: "places_content_once",
    lie: "Keys its work by hash alone, so that of small files with one content the first is placed.",
    breaks: ["LAYOUT-SHARED-BLOB"],
  },
  ({ fetch }) => ({
    fetch: changingJson(fetch, (value) => {
      if (!Array.isArray(value)) return value;
      const seen = new Set<string>();
      return value.filter(({ oid, path, lfs }: { oid?: string; path?: string; lfs?: unknown }) => {
        // Large ones are left alone: a model of which weights are missing would break more than this.
        if (oid === undefined || lfs !== undefined || !path?.includes("copy")) return true;
        const isFirst = !seen.has(oid);
        seen.add(oid);
        return isFirst;
      });
    }),
  }),
);
