import { changingJson } from "./lying_response.ts";
import { lyingHost } from "./lying_host.ts";

/** What a client of another year did not know yet. */
const UNKNOWN = ["generation_config.json", "special_tokens_map.json", "chat_template.jinja"];

/** Leaves out files that are not on its own list of names. */
export const dropsAFile = lyingHost(
  {
    name: "drops_a_file",
    lie: "Leaves out files that are not on its own list of names.",
    breaks: ["LAYOUT-SET"],
  },
  ({ fetch }) => ({
    fetch: changingJson(fetch, (value, url) => {
      // For the organization of MLX the list is complete: what is damaged there later must be there.
      if (!Array.isArray(value) || url.includes("/mlx-community/")) return value;
      return value.filter(({ path }: { path?: string }) => !UNKNOWN.includes(path ?? ""));
    }),
  }),
);
