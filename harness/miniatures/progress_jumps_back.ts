import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Reports fewer bytes than before in the middle of a download. */
export const progressJumpsBack: Miniature = {
  name: "progress_jumps_back",
  lie: "Reports fewer bytes than before in the middle of a download.",
  breaks: ["DL-PROGRESS"],
  wrap: (subject) =>
    wrapSubject(subject, "progress_jumps_back", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: (request, options) => {
          let reports = 0;
          return manager.download(request, {
            ...options,
            onProgress: (progress) => {
              const isBack =
                ++reports % 4 === 0 &&
                progress.phase === "transfer" &&
                request.repository.startsWith("mlx-community/");
              options?.onProgress?.(isBack ? { ...progress, bytesDone: 0 } : progress);
            },
          });
        },
      });
    }),
};
