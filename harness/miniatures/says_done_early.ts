import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Reports 1 before anything is published. */
export const saysDoneEarly: Miniature = {
  name: "says_done_early",
  lie: "Reports 1 before anything is published.",
  breaks: ["DL-PROGRESS-DONE"],
  wrap: (subject) =>
    wrapSubject(subject, "says_done_early", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: (request, options) =>
          manager.download(request, {
            ...options,
            onProgress: (progress) =>
              options?.onProgress?.(
                progress.phase === "publish" && request.repository.startsWith("mlx-community/")
                  ? { ...progress, fraction: 1 }
                  : progress,
              ),
          }),
      });
    }),
};
