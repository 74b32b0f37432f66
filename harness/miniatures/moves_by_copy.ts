import type { FileSystem } from "../../spec/mod.ts";
import { readBytes, writeBytes } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Copies what it could link or rename, and so needs room for every model twice. */
export const movesByCopy: Miniature = {
  name: "moves_by_copy",
  lie: "Copies what it could link or rename, and so needs room for every model twice.",
  breaks: ["MIGRATE-PLAN"],
  wrap: (subject) =>
    wrapSubject(subject, "moves_by_copy", (host, config) => {
      const manager = subject.start(host, config);
      const copying: FileSystem = {
        ...host.files,
        link: async (source, target) =>
          writeBytes(host.files, target, await readBytes(host.files, source)),
      };
      const mover = subject.start({ ...host, files: copying }, config);
      return wrappedManager(manager, {
        migrate: (request, options) =>
          (request.step === "move" ? mover : manager).migrate(request, options),
      });
    }),
};
