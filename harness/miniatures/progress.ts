import type { Progress } from "../../spec/mod.ts";
import { removeTree } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature } from "./miniature.ts";
import { emptyResult, failure, onFailure } from "./parts/failures.ts";

/** Miniatures that report progress wrongly, or mishandle a cancellation. */
export const progressMiniatures: readonly Miniature[] = [
  miniature("progress_jumps_back", {
    mistake: "Reports fewer bytes than before in the middle of a download.",
    breaks: ["DL-PROGRESS"],
    wrapManager: (manager) => ({
      download: (request, options) => {
        let reports = 0;
        const isMlx = request.repository.startsWith("mlx-community/");
        return manager.download(request, {
          ...options,
          onProgress: (progress) => {
            const isBack = ++reports % 4 === 0 && progress.phase === "transfer" && isMlx;
            options?.onProgress?.(isBack ? { ...progress, bytesDone: 0 } : progress);
          },
        });
      },
    }),
  }),
  miniature("done_then_fails", {
    mistake: "Reports that everything is done, and then fails.",
    breaks: ["DL-PROGRESS-DONE"],
    wrapManager: (manager) => ({
      download: async (request, options) => {
        let last: Progress | undefined;
        const onProgress = (progress: Progress) => {
          last = progress;
          options?.onProgress?.(progress);
        };
        try {
          return await manager.download(request, { ...options, onProgress });
        } catch (error) {
          if (last !== undefined) options?.onProgress?.(doneFrom(last));
          throw error;
        }
      },
    }),
  }),
  miniature("takes_back_at_its_end", {
    mistake: "Is cancelled at its very report of the end, and removes what it has published.",
    breaks: ["DL-PROGRESS-DONE"],
    shownBy: ["download/progress"],
    wrapManager: (manager, { host }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        if (options?.signal?.aborted !== true) return result;
        await removeTree(host.files, result.directory);
        throw failure("cancelled", "Cannot download: it was cancelled");
      },
    }),
  }),
  miniature("silent_without_the_hub", {
    mistake: "Reports nothing where the local copy answers because the hub does not.",
    breaks: ["DL-PROGRESS-DONE"],
    shownBy: ["download/progress"],
    wrapManager: (manager) => ({
      download: async (request, options) => {
        let last: Progress | undefined;
        const onProgress = (progress: Progress) => {
          if (progress.phase === "done") last = progress;
          else options?.onProgress?.(progress);
        };
        const result = await manager.download(request, { ...options, onProgress });
        if (last !== undefined && !result.offline) options?.onProgress?.(last);
        return result;
      },
    }),
  }),
  miniature("says_done_early", {
    mistake: "Reports a fraction of 1 before anything is published.",
    breaks: ["DL-PROGRESS-DONE"],
    wrapManager: (manager) => ({
      download: (request, options) => {
        const isMlx = request.repository.startsWith("mlx-community/");
        return manager.download(request, {
          ...options,
          onProgress: (progress) => {
            const isEarly = progress.phase === "publish" && isMlx;
            options?.onProgress?.(isEarly ? { ...progress, fraction: 1 } : progress);
          },
        });
      },
    }),
  }),
  miniature("reports_ends_only", {
    mistake: "Reports progress only where a file ends.",
    breaks: ["DL-PROGRESS-MOVES"],
    wrapManager: (manager) => ({
      download: (request, options) => {
        let filesDone = -1;
        return manager.download(request, {
          ...options,
          onProgress: (progress) => {
            if (progress.phase === "transfer" && progress.filesDone === filesDone) return;
            ({ filesDone } = progress);
            options?.onProgress?.(progress);
          },
        });
      },
    }),
  }),
  miniature("no_progress_of_addresses", {
    mistake: "Reports no progress of a file that is downloaded by its address.",
    breaks: ["DL-OTHER-WAY"],
    wrapManager: (manager) => ({
      downloadUrl: (request, options) => {
        const { onProgress: _, ...rest } = options ?? {};
        return manager.downloadUrl(request, rest);
      },
    }),
  }),
  miniature("takes_nothing_known_for_all", {
    mistake: "Reports a fraction of 1 for as long as nobody has stated how much there is.",
    breaks: ["DL-OTHER-WAY"],
    shownBy: ["download/non_mlx_source_watched"],
    wrapManager: (manager) => ({
      downloadUrl: (request, options) =>
        manager.downloadUrl(request, {
          ...options,
          onProgress: (progress) =>
            options?.onProgress?.(
              progress.bytesTotal === 0 ? { ...progress, fraction: 1 } : progress,
            ),
        }),
    }),
  }),
  miniature("answers_cancel_late", {
    mistake: "Lets half a minute pass before it reports that it was cancelled.",
    breaks: ["DL-CANCEL"],
    wrapManager: (manager, { host }) => ({
      download: onFailure(manager, async (error) => {
        if (isCancellation(error)) await host.clock.sleep(30_000);
        throw error;
      }),
    }),
  }),
  miniature("returns_though_cancelled", {
    mistake: "Returns a directory for a download that was cancelled.",
    breaks: ["DL-CANCEL"],
    wrapManager: (manager, { config }) => ({
      download: onFailure(manager, (error, request) => {
        if (!isCancellation(error)) throw error;
        return emptyResult(modelPlace(config, request.repository));
      }),
    }),
  }),
];

function doneFrom(progress: Progress): Progress {
  return { ...progress, phase: "done", bytesDone: progress.bytesTotal, fraction: 1 };
}

function isCancellation(error: unknown): boolean {
  return asFailure(error)?.code === "cancelled";
}
