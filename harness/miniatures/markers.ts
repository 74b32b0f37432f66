import { basename, dirname, join } from "node:path";
import { MARKER_NAME, METADATA_DIRECTORY, type Progress } from "../../spec/mod.ts";
import { exists, overwriteBytes, readText, writeBytes } from "../disk/mod.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";
import { ActiveCalls } from "./parts/active_calls.ts";
import { removingOtherwise, unlessRefused } from "./parts/disk_steps.ts";

/** The metadata of a file that every model has. */
const METADATA_PATH = `${METADATA_DIRECTORY}/config.json.metadata`;

/** Miniatures that write or remove a marker, or metadata, at the wrong time or with wrong contents. */
export const markerMiniatures: readonly Miniature[] = [
  miniature("marker_first", {
    mistake: "Writes the marker of a new model before its files are there.",
    breaks: ["MARK-LAST"],
    wrapManager: (manager, { host: { files }, config }) => ({
      download: async (request, options) => {
        const directory = modelPlace(config, request.repository);
        const { layout = "hubapi" } = request;
        let isPending = layout === "hubapi" && !(await exists(files, directory));
        const marking: Promise<void>[] = [];
        const onProgress = (progress: Progress) => {
          options?.onProgress?.(progress);
          if (!isPending) return;
          isPending = false;
          // Under its own name, so that nothing else is left where the disk refuses it or the process dies; that it is
          // refused is no mistake of this miniature.
          const marker = new TextEncoder().encode("{}");
          marking.push(writeBytes(files, join(directory, MARKER_NAME), marker).catch(() => {}));
        };
        try {
          return await manager.download(request, { ...options, onProgress });
        } finally {
          await Promise.all(marking);
        }
      },
    }),
  }),
  miniature("marker_last_out", {
    mistake: "Removes the marker when everything else of a model is gone.",
    // In between the marker names files that are not there any more.
    breaks: ["MARK-FIRST-OUT", "MARK-TRUE"],
    wrapStart: (start, { host, config }) => {
      const { files } = host;
      const waiting = new Set<string>();
      const removals = new ActiveCalls();
      const otherwise = removingOtherwise(files, async (path, really) => {
        if (removals.isAny && path.endsWith(MARKER_NAME)) waiting.add(path);
        else await really();
      });
      const rmdir: typeof files.rmdir = async (path) => {
        const marker = join(path, MARKER_NAME);
        if (waiting.delete(marker)) await files.unlink(marker);
        await files.rmdir(path);
      };
      const removeWaiting = async () => {
        for (const path of waiting) {
          if (await exists(files, path)) await files.unlink(path);
          // Directories that only the marker kept from being empty go with it.
          for (let at = dirname(path); at !== config.root; at = dirname(at))
            await files.rmdir(at).catch(() => {});
        }
        waiting.clear();
      };
      const manager = start({ ...host, files: { ...otherwise, rmdir } }, config);
      return withMethods(manager, {
        remove: async (request) => {
          try {
            return await removals.run(() => manager.remove(request));
          } finally {
            await removeWaiting();
          }
        },
      });
    },
  }),
  miniature("metadata_first_out", {
    mistake: "Removes metadata of a model while the marker still names it.",
    breaks: ["MARK-FIRST-OUT"],
    wrapManager: (manager, { host: { files }, config }) => ({
      remove: async (request) => {
        const first = filePlace(modelPlace(config, request.repository), METADATA_PATH);
        if (!(await exists(files, first))) return manager.remove(request);
        const { sizeBytes } = await files.stat(first);
        await files.unlink(first);
        const result = await manager.remove(request);
        return { ...result, bytesFreed: result.bytesFreed + sizeBytes };
      },
    }),
  }),
  miniature("marks_before_it_knows", {
    mistake: "Writes a wrong hash into the marker first, and the right one a moment later.",
    breaks: ["MARK-TRUE"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        rename: async (source, target) => {
          await files.rename(source, target);
          if (basename(target) !== MARKER_NAME) return;
          const right = await readText(files, target);
          const hex = /:([0-9a-f]{40,64})"/.exec(right ?? "")?.[1];
          if (right === undefined || hex === undefined) return;
          const wrong = right.replaceAll(hex, hex.replaceAll(/./g, "0"));
          for (const text of [wrong, right])
            await overwriteBytes(files, target, new TextEncoder().encode(text));
        },
      },
    }),
  }),
  miniature("quotes_etags", {
    mistake: "Writes an etag into metadata as the header has it, with its quotes.",
    breaks: ["MANAGE-METADATA"],
    wrapManager: (manager, { host: { files } }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        if (result.bytesFetched === 0) return result;
        const place = filePlace(result.directory, METADATA_PATH);
        const found = await unlessRefused(() => readText(files, place), undefined);
        const [commit, etag, ...rest] = found?.split("\n") ?? [];
        if (etag === undefined || etag.startsWith('"')) return result;
        const bytes = new TextEncoder().encode([commit, `"${etag}"`, ...rest].join("\n"));
        await unlessRefused(() => overwriteBytes(files, place, bytes), undefined);
        return result;
      },
    }),
  }),
  miniature("dates_metadata_by_its_clock", {
    mistake: "Writes the time of its own clock into metadata, though the file is of a later one.",
    breaks: ["MANAGE-METADATA"],
    wrapManager: (manager, { host: { files, clock } }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        if (result.bytesFetched === 0) return result;
        const place = filePlace(result.directory, METADATA_PATH);
        const found = await unlessRefused(() => readText(files, place), undefined);
        const [commit, etag, time] = found?.split("\n") ?? [];
        const seconds = clock.now() / 1000;
        if (Number(time) <= seconds || time === undefined) return result;
        const bytes = new TextEncoder().encode(`${commit}\n${etag}\n${seconds.toFixed(6)}\n`);
        await unlessRefused(() => overwriteBytes(files, place, bytes), undefined);
        return result;
      },
    }),
  }),
  miniature("believes_hashes_of_any_form", {
    mistake: "Takes a marker whose hashes it cannot read for one that says the sizes alone.",
    breaks: ["MARK-FOREIGN"],
    shownBy: ["manage/foreign_marker"],
    wrapManager: (manager, { host: { files } }) => ({
      status: async (request) => {
        const status = await manager.status(request);
        const { state, directory } = status;
        const text = await unlessRefused(
          () => readText(files, join(directory, MARKER_NAME)),
          undefined,
        );
        const isUnread = text?.startsWith("{") && /"digest": ?"(?!sha256:|git-sha1:)/.test(text);
        return state === "unknown" && isUnread === true
          ? {
              state: "complete",
              directory,
              commit: /"commit": ?"(\w*)"/.exec(text ?? "")?.[1] ?? "",
            }
          : status;
      },
    }),
  }),
];
