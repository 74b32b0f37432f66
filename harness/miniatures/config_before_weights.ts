import { basename, dirname } from "node:path";
import { modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Moves a weight file to its place only when config.json is in its own. */
export const configBeforeWeights: Miniature = {
  name: "config_before_weights",
  lie: "Moves a weight file to its place only when config.json is in its own.",
  breaks: ["DL-CONFIG-LAST"],
  wrap: (subject) =>
    wrapSubject(subject, "config_before_weights", (host, config) => {
      const { files } = host;
      /** A move that waits, by the directory that it is in. */
      const waiting = new Map<string, readonly [source: string, target: string]>();
      /** Directories of models that are downloaded whole. */
      const models = new Set<string>();
      const rename: typeof files.rename = async (source, target) => {
        const directory = dirname(target);
        const isWeight = target.endsWith(".safetensors") && !source.endsWith(".safetensors");
        if (models.has(directory) && isWeight && !waiting.has(directory)) {
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
      };
      const manager = subject.start({ ...host, files: { ...files, rename } }, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          // Where patterns leave the configuration out there is nothing to wait for.
          if (request.include !== undefined) return manager.download(request, options);
          const directory = modelPlace(config, request.repository);
          models.add(directory);
          try {
            return await manager.download(request, options);
          } finally {
            models.delete(directory);
            waiting.delete(directory);
          }
        },
      });
    }),
};
