import { join } from "node:path";
import { type FileSystem, MARKER_NAME } from "../../spec/mod.ts";
import { exists, readBytes, readTree, wrapFiles, writeBytes } from "../disk/mod.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature } from "./miniature.ts";
import { unlessRefused } from "./parts/disk_steps.ts";
import { failure } from "./parts/failures.ts";
import { transferInVain } from "./parts/hub_exchanges.ts";

/** How long the process waits for a dead one: a limit, so that a scenario ends. */
const PATIENCE_MS = 100_000;

/** Miniatures that get in the way of other tasks and processes, or trip over what those left. */
export const sharingMiniatures: readonly Miniature[] = [
  miniature("shares_partial", {
    mistake:
      "Treats the lock of another task of its process as one that a dead process left, so that two downloads share what is unfinished.",
    // Tasks that are left when another process was killed get in each other's way as well.
    breaks: ["DL-CONCURRENT", "DL-LOCK-DEAD"],
    wrapHost: ({ processes }) => ({
      processes: {
        ...processes,
        isAlive: (pid, started) => pid !== processes.pid && processes.isAlive(pid, started),
      },
    }),
  }),
  miniature("refuses_a_second_task", {
    mistake: "Refuses a download while another one of the same model runs in this process.",
    breaks: ["DL-CONCURRENT"],
    wrapManager: (manager) => {
      const running = new Set<string>();
      return {
        download: async (request, options) => {
          const { repository } = request;
          if (running.has(repository))
            throw failure("internal", `Cannot download "${repository}" twice`);
          running.add(repository);
          try {
            return await manager.download(request, options);
          } finally {
            running.delete(repository);
          }
        },
      };
    },
  }),
  miniature("waits_for_the_dead", {
    mistake: "Waits without end for a process that it once saw alive.",
    breaks: ["DL-LOCK-DEAD"],
    wrapHost: ({ clock, files, processes }) => {
      const seen = new Set<number>();
      let stoppedMs: number | undefined;
      return {
        processes: {
          ...processes,
          isAlive: (pid, started) => {
            if (processes.isAlive(pid, started)) seen.add(pid);
            else if (seen.has(pid)) stoppedMs ??= clock.now();
            return seen.has(pid);
          },
        },
        files: locksThatMove(files, (pid) => seen.has(pid) && stoppedMs !== undefined),
        clock: {
          now: () => clock.now(),
          sleep: async (durationMs, signal) => {
            await clock.sleep(durationMs, signal);
            if (stoppedMs !== undefined && clock.now() - stoppedMs > PATIENCE_MS)
              throw new Error("Cannot go on waiting for a process that does not answer");
          },
        },
      };
    },
  }),
  miniature("transfers_for_each", {
    mistake: "Transfers again, for each of several tasks, what one of them transferred for all.",
    breaks: ["DL-ONE-TRANSFER"],
    wrapManager: (manager, started) => ({
      download: async (request, options) => {
        const { host, config } = started;
        const place = modelPlace(config, request.repository);
        const isThere = await exists(host.files, place);
        const result = await manager.download(request, options);
        // Nothing was there, nothing was fetched, and now there is a model: another task has brought it.
        const isBrought = result.directory === place && result.bytesFetched === 0;
        if (isThere || !isBrought || result.offline) return result;
        const source = { repository: request.repository, commit: result.commit };
        const paths = result.files.map(({ path }) => path);
        await transferInVain(started, source, paths);
        return result;
      },
    }),
  }),
  miniature("puts_remains_back", {
    mistake: "Leaves the remains of an unfinished download where they were.",
    // That what was kept is used or removed is part of the promise about a failing disk as well.
    breaks: ["DL-LEFTOVERS", "DL-DISK-ERROR"],
    wrapManager: (manager, { host: { files }, config: { root } }) => ({
      download: async (request, options) => {
        const directory = modelPlace({ root }, request.repository);
        const isMarked = await exists(files, join(directory, MARKER_NAME));
        const tree = isMarked ? [] : await unlessRefused(() => readTree(files, directory), []);
        const remains = tree.find(
          ({ kind, path }) =>
            kind === "file" && /^\..*\//.test(path) && !path.endsWith(".metadata"),
        );
        if (remains === undefined) return manager.download(request, options);
        const place = filePlace(directory, remains.path);
        const bytes = await unlessRefused(() => readBytes(files, place), undefined);
        const result = await manager.download(request, options);
        if (bytes !== undefined)
          await unlessRefused(() => writeBytes(files, place, bytes), undefined);
        return result;
      },
    }),
  }),
];

/** A disk on which the locks of some processes are never seen to stand still. */
function locksThatMove(files: FileSystem, isMoving: (pid: number) => boolean): FileSystem {
  let looks = 0;
  return {
    ...wrapFiles(files, (_, next) => next()),
    open: async (path, mode) => {
      const file = await files.open(path, mode);
      const [, pid] = /\/locks\/[^/]*?\.(\d+)\.[^/]*$/.exec(path) ?? [];
      if (mode !== "r" || pid === undefined || !isMoving(Number(pid))) return file;
      const beat = new TextEncoder().encode(String(++looks));
      return {
        read: async (buffer) => {
          buffer.set(beat);
          return beat.length;
        },
        write: (data, position) => file.write(data, position),
        truncate: (sizeBytes) => file.truncate(sizeBytes),
        sync: () => file.sync(),
        stat: async () => ({ ...(await file.stat()), sizeBytes: beat.length }),
        close: () => file.close(),
      };
    },
  };
}
