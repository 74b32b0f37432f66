import type { FileSystem } from "../../spec/mod.ts";
import { exists, readTree, wrapFiles } from "../disk/mod.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";
import { unlessRefused } from "./parts/disk_steps.ts";

/** A call that took longer was made by a process that stood still; a lock that is older looks abandoned. */
const STILL_MS_MIN = 15_000;

/** Miniatures that mistake a lock that is held for one that is not, or one that is lost for one that is held. */
export const claimMiniatures: readonly Miniature[] = [
  miniature("acts_after_standing_still", {
    mistake: "Takes the next step of publishing without a look whether the lock is still its own.",
    breaks: ["DL-FENCED"],
    wrapHost: ({ clock, files }, { config: { root } }) => ({
      files: wrapFiles(files, async (_, next) => {
        const beforeMs = clock.now();
        const value = await next();
        // The step is the one that hides a model before its files change.
        if (clock.now() - beforeMs > STILL_MS_MIN)
          await removeFiles(files, root, (path) => path.endsWith("/config.json"));
        return value;
      }),
    }),
  }),
  miniature("puts_its_commit_back", {
    mistake:
      "Goes on with the commit that it began with, though another process made a later one of the model.",
    breaks: ["DL-FENCED"],
    shownBy: ["concurrency/stood_still"],
    wrapStart: (start, { host, config }) => {
      let commit: string | undefined;
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        commit ??= response.headers.get("x-repo-commit") ?? undefined;
        return response;
      };
      const manager = start({ ...host, fetch }, config);
      return withMethods(manager, {
        download: async (request, options) => {
          try {
            return await manager.download(request, options);
          } catch (error) {
            if (asFailure(error)?.code !== "claim-lost" || commit === undefined) throw error;
            return manager.download({ ...request, revision: commit }, options);
          }
        },
      });
    },
  }),
  miniature("shares_a_partial_file", {
    mistake:
      "Goes on with the partial file itself into which a process that stands still may yet write.",
    breaks: ["DL-FENCED"],
    shownBy: ["concurrency/stood_still"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        // What lies under the other name is copied, as its writer may live.
        rename: (source, target) =>
          files.rename(source, target.replace(/\/work\/silent\.(?=[^/]+$)/, "/work/rest.")),
      },
    }),
  }),
  miniature("uses_the_wall_clock", {
    mistake: "Counts the age of a lock on the wall clock, and clears away what looks old.",
    breaks: ["DL-CLOCK-JUMP"],
    wrapHost: ({ clock, files }, { config: { root } }) => {
      const aheadMs = () => clock.now() - (clock.elapsedMs?.() ?? clock.now());
      let before = aheadMs();
      return {
        files: wrapFiles(files, async (_, next) => {
          const jumpMs = aheadMs() - before;
          before += jumpMs;
          if (jumpMs > STILL_MS_MIN) await removeFiles(files, root, isState);
          return next();
        }),
      };
    },
  }),
  miniature("counts_each_wait_as_silence", {
    mistake: "Clears away the lock of a download that goes on, once it has waited for it for long.",
    breaks: ["DL-CONCURRENT"],
    shownBy: ["concurrency/two_tasks", "concurrency/two_processes"],
    wrapHost: ({ clock, files }, { config: { root } }) => {
      let sinceMs: number | undefined;
      return {
        files: {
          ...files,
          readdir: async (path) => {
            const names = await files.readdir(path);
            if (!/\/Two(?:Tasks|Processes)\/.*\/locks$/.test(path)) return names;
            if (names.length === 0) sinceMs = undefined;
            else sinceMs ??= clock.now();
            if (sinceMs !== undefined && clock.now() - sinceMs > STILL_MS_MIN)
              await removeFiles(files, root, isState);
            return names;
          },
        },
      };
    },
  }),
  miniature("trusts_host_and_number", {
    mistake:
      "Takes a lock for that of a dead process when its number is not in this process table.",
    breaks: ["DL-LOCK-UNSEEN"],
    wrapHost: ({ files, processes }, { config: { root } }) => {
      const isUnseen = (name: string) => {
        const [, table, pid] = /^([^.]+)\.(\d+)\./.exec(name) ?? [];
        // One of the same table is looked up as it must be.
        return pid !== undefined && table !== processes.machine && !processes.isAlive(Number(pid));
      };
      return {
        files: wrapFiles(files, async (call, next) => {
          const value = await next();
          const names: readonly unknown[] =
            call.operation === "readdir" && Array.isArray(value) ? value : [];
          if (names.some((name) => typeof name === "string" && isUnseen(name)))
            await removeFiles(files, root, isState);
          return value;
        }),
      };
    },
  }),
  miniature("publishes_what_another_has_brought", {
    mistake: "Takes the configuration away and puts it back where another process has brought all.",
    breaks: ["DL-CONCURRENT"],
    shownBy: ["concurrency/two_processes"],
    wrapManager: (manager, { host: { files }, config }) => ({
      download: async (request, options) => {
        const place = filePlace(modelPlace(config, request.repository), "config.json");
        const wasThere = await exists(files, place);
        const result = await manager.download(request, options);
        if (wasThere || result.bytesFetched > 0 || !(await exists(files, place))) return result;
        await files.rename(place, `${place}.away`);
        await files.rename(`${place}.away`, place);
        return result;
      },
    }),
  }),
];

/** Locks, and what lies beside them of an unfinished download. */
function isState(path: string): boolean {
  return /\/(?:locks|work|partial)\//.test(path);
}

async function removeFiles(
  files: FileSystem,
  root: string,
  isChosen: (path: string) => boolean,
): Promise<void> {
  for (const { path, kind } of await unlessRefused(() => readTree(files, root), []))
    if (kind === "file" && isChosen(path))
      await unlessRefused(() => files.unlink(filePlace(root, path)), undefined);
}
