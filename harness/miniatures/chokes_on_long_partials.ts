import { diskError } from "../disk/mod.ts";
import { lyingHost } from "./lying_host.ts";
import { changingJson } from "./lying_response.ts";

/** Fails on a partial file that is longer than any file can be. */
export const chokesOnLongPartials = lyingHost(
  {
    name: "chokes_on_long_partials",
    lie: "Fails on a partial file that is longer than any file can be.",
    breaks: ["DL-RESUME-UNWEDGED"],
  },
  ({ fetch, files }) => {
    let longestBytes = Number.POSITIVE_INFINITY;
    return {
      fetch: changingJson(fetch, (value) => {
        if (!Array.isArray(value)) return value;
        const sizes = value.map(({ size }: { size?: number }) => size ?? 0);
        longestBytes = Math.max(...sizes);
        return value;
      }),
      files: {
        ...files,
        open: async (path, mode) => {
          // Whoever goes on with a file must open it for changes.
          if (mode === "r+" && (await files.stat(path)).sizeBytes > longestBytes)
            throw diskError("EIO", "open", path);
          return files.open(path, mode);
        },
      },
    };
  },
);
