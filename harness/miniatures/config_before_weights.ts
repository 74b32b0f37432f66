import { basename, dirname } from "node:path";
import { lyingHost } from "./lying_host.ts";

/** Moves the last weight file to its place only when config.json is in its own. */
export const configBeforeWeights = lyingHost(
  {
    name: "config_before_weights",
    lie: "Moves a weight file to its place only when config.json is in its own.",
    breaks: ["DL-CONFIG-LAST"],
  },
  ({ files }) => {
    /** A move that waits, by the directory that it is in. */
    const waiting = new Map<string, readonly [source: string, target: string]>();
    return {
      files: {
        ...files,
        rename: async (source, target) => {
          const directory = dirname(target);
          const isWeight = target.endsWith(".safetensors") && !source.endsWith(".safetensors");
          if (isWeight && !waiting.has(directory)) {
            // What cannot be moved fails now, as it would without the lie.
            await files.lstat(source);
            await files.lstat(directory);
            waiting.set(directory, [source, target]);
            return;
          }
          await files.rename(source, target);
          const late = waiting.get(directory);
          if (basename(target) !== "config.json" || late === undefined) return;
          waiting.delete(directory);
          try {
            await files.rename(...late);
          } catch (error) {
            await files.rename(target, source);
            throw error;
          }
        },
      },
    };
  },
);
