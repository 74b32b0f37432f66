import { MARKER_NAME } from "../../spec/mod.ts";
import { exists, removeTree } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature } from "./miniature.ts";
import { emptyResult, failure } from "./parts/failures.ts";
import { markedFiles } from "./parts/marked_files.ts";

/** Miniatures that mishandle a hub that cannot be reached. */
export const offlineMiniatures: readonly Miniature[] = [
  miniature("needs_the_hub", {
    mistake: "Fails without the hub, though the model is complete.",
    breaks: ["OFF-COMPLETE"],
    wrapManager: (manager) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        if (!result.offline) return result;
        throw failure("network", "Cannot ask the hub");
      },
    }),
  }),
  miniature("needs_the_hub_for_other_models", {
    mistake:
      "Fails without the hub for a complete repository that has no parts of a model for MLX.",
    breaks: ["OFF-COMPLETE"],
    shownBy: ["offline/complete_model"],
    wrapManager: (manager) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        if (!result.offline || result.files.some(({ path }) => path === "config.json"))
          return result;
        throw failure("network", "Cannot ask the hub");
      },
    }),
  }),
  miniature("returns_half_models", {
    mistake: "Returns what is left of a model when the hub cannot be reached.",
    breaks: ["OFF-INCOMPLETE"],
    wrapManager: (manager, { host: { files }, config }) => ({
      download: async (request, options) => {
        const directory = modelPlace(config, request.repository);
        let isLacking = false;
        for (const { path } of await markedFiles(files, directory, request))
          isLacking ||= !(await exists(files, filePlace(directory, path)));
        try {
          return await manager.download(request, options);
        } catch (error) {
          if (!isLacking || asFailure(error) === undefined) throw error;
          return { ...emptyResult(directory), offline: true };
        }
      },
    }),
  }),
  miniature("names_only_what_is_gone", {
    mistake: "Names no file of a local model that is there and has other bytes.",
    breaks: ["OFF-INCOMPLETE"],
    shownBy: ["offline/incomplete_model"],
    wrapManager: (manager, { host: { files }, config }) => ({
      download: async (request, options) => {
        try {
          return await manager.download(request, options);
        } catch (error) {
          const code = asFailure(error)?.code;
          if (code === undefined || !request.repository.includes("Lost-4bit")) throw error;
          const directory = modelPlace(config, request.repository);
          const gone: string[] = [];
          for (const { path } of await markedFiles(files, directory, request))
            if (!(await exists(files, filePlace(directory, path)))) gone.push(path);
          throw failure(code, `Cannot ask the hub, and without it lack: ${gone.join(", ")}`);
        }
      },
    }),
  }),
  miniature("forgets_what_it_gave_up", {
    mistake: "Names nothing of a download that was cancelled or gave up.",
    breaks: ["OFF-INCOMPLETE"],
    shownBy: ["offline/broken_off"],
    wrapManager: (manager) => ({
      download: async (request, options) => {
        try {
          return await manager.download(request, options);
        } catch (error) {
          const code = asFailure(error)?.code;
          if (code === undefined || !request.repository.includes("Broken-Off")) throw error;
          throw failure(code, "Cannot ask the hub");
        }
      },
    }),
  }),
  miniature("deletes_on_failure", {
    mistake: "Removes a complete model when its update fails.",
    breaks: ["OFF-KEEPS"],
    wrapManager: (manager, { host: { files }, config }) => ({
      download: async (request, options) => {
        const directory = modelPlace(config, request.repository);
        const marked = await markedFiles(files, directory, request);
        try {
          return await manager.download(request, options);
        } catch (error) {
          // The marker goes first, so that no other promise is broken on the way.
          const paths = marked.length === 0 ? [] : [MARKER_NAME, ...marked.map(({ path }) => path)];
          for (const path of paths)
            await removeTree(files, filePlace(directory, path)).catch(() => {});
          throw error;
        }
      },
    }),
  }),
  miniature("waits_for_a_commit", {
    mistake:
      "Gives up soon on a hub that is asked for a branch, and not on one that is asked for a commit.",
    breaks: ["OFF-SOON"],
    shownBy: ["offline/silent_hub"],
    wrapManager: (manager, { host: { clock } }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        const isCommit = /^[0-9a-f]{40}$/.test(request.revision ?? "");
        if (result.offline && isCommit) await clock.sleep(60_000, options?.signal);
        return result;
      },
    }),
  }),
  miniature("finds_a_copy_though_cancelled", {
    mistake: "Hears of no cancel while it looks at a copy with the network off.",
    breaks: ["DL-CANCEL"],
    shownBy: ["offline/cancelled_check"],
    wrapManager: (manager, { config: { env } }) => ({
      download: (request, options) => {
        const isOff = request.offline === true || Boolean(env["HF_HUB_OFFLINE"]);
        const { signal: _, ...rest } = options ?? {};
        return manager.download(
          request,
          isOff && options?.signal?.aborted !== true ? rest : options,
        );
      },
    }),
  }),
  miniature("ends_a_check_as_it_was_told", {
    mistake: "Rejects a check that was cancelled with the reason of the caller's signal.",
    breaks: ["ERROR-KIND"],
    shownBy: ["offline/cancelled_check"],
    wrapManager: (manager) => ({
      check: async (request, options) => {
        try {
          return await manager.check(request, options);
        } catch (error) {
          options?.signal?.throwIfAborted();
          throw error;
        }
      },
    }),
  }),
];
