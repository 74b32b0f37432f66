import { basename } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import { overwriteBytes, readText } from "../disk/mod.ts";
import { lyingHost } from "./lying_host.ts";

/** States a wrong hash in the marker first, and the right one a moment later. */
export const marksBeforeItKnows = lyingHost(
  {
    name: "marks_before_it_knows",
    lie: "States a wrong hash in the marker first, and the right one a moment later.",
    breaks: ["MARK-TRUE"],
  },
  ({ files }) => ({
    files: {
      ...files,
      rename: async (source, target) => {
        await files.rename(source, target);
        if (basename(target) !== MARKER_NAME) return;
        const text = await readText(files, target);
        const [digest = "", hex = ""] = /:([0-9a-f]{40,64})"/.exec(text ?? "") ?? [];
        if (text === undefined || digest === "") return;
        const wrong = text.replaceAll(hex, hex.replaceAll(/./g, "0"));
        for (const told of [wrong, text])
          await overwriteBytes(files, target, new TextEncoder().encode(told));
      },
    },
  }),
);
