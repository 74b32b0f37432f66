import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Leaves weight files of an earlier revision that have a name of their own where they are. */
export const keepsStrays: Miniature = {
  name: "keeps_strays",
  lie: "Leaves weight files of an earlier revision that have a name of their own where they are.",
  breaks: ["LAYOUT-STRAYS"],
  wrap: (subject) =>
    wrapSubject(subject, "keeps_strays", (host, config) => {
      let downloads = 0;
      const unlink = async (path: string) => {
        // Those of the usual name go: what stays unrecorded would be a leftover of a later removal as well.
        const isStray = /\/(?!model)[^/]*\.safetensors$/.test(path);
        if (downloads > 0 && isStray) return;
        await host.files.unlink(path);
      };
      const manager = subject.start({ ...host, files: { ...host.files, unlink } }, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          downloads++;
          try {
            return await manager.download(request, options);
          } finally {
            downloads--;
          }
        },
      });
    }),
};
