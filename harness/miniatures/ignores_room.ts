import { lyingHost } from "./lying_host.ts";

/** Never asks how much room there is. */
export const ignoresRoom = lyingHost(
  {
    name: "ignores_room",
    lie: "Never asks how much room there is.",
    breaks: ["DL-SPACE-FIRST"],
  },
  ({ files }) => ({ files: { ...files, availableBytes: async () => Number.MAX_SAFE_INTEGER } }),
);
