import { dirname, join } from "node:path";
import { type FileSystem, MARKER_NAME, type ModelManager, type Subject } from "../../spec/mod.ts";
import { exists, readBytes, readText, writeBytes } from "../disk/mod.ts";
import { type Miniature, miniature, type StartedWith, withMethods } from "./miniature.ts";
import { unlessRefused } from "./parts/disk_steps.ts";
import { failure } from "./parts/failures.ts";

const isMarker = (path: string) => path.endsWith(`/${MARKER_NAME}`);
const isRef = (path: string) => /\/models--[^/]+\/refs\//.test(path);

/** Miniatures that lose or mix up data at a crash. */
export const durabilityMiniatures: readonly Miniature[] = [
  miniature("never_syncs", {
    mistake: "Syncs nothing, as the hub's clients do.",
    breaks: ["DUR-SUCCESS", "DUR-STATES", "DUR-OLD-OR-NEW", "DUR-ONCE", "DUR-MIGRATE", "DUR-CORE"],
    wrapHost: ({ files }) => ({
      files: withoutSyncs(files, { file: () => true, directory: () => true }),
    }),
  }),
  miniature("syncs_no_directory", {
    mistake: "Syncs files and no directory.",
    // Without the order of the entries an update can also leave an old `config.json` beside new weights.
    breaks: ["DUR-SUCCESS", "DUR-STATES", "DUR-MIGRATE", "DUR-CORE"],
    wrapHost: ({ files }) => ({ files: withoutSyncs(files, { directory: () => true }) }),
  }),
  miniature("moves_without_sync", {
    mistake: "Syncs nothing while it migrates a model.",
    breaks: ["DUR-MIGRATE"],
    wrapStart: (start, started) =>
      withoutSyncsOfMoves(start, started, { file: () => true, directory: () => true }),
  }),
  miniature("moves_copies_unsynced", {
    mistake:
      "Gives up the original before the bytes of its copy are on the disk, where it must copy.",
    breaks: ["DUR-MIGRATE"],
    wrapStart: (start, started) =>
      withoutSyncsOfMoves(start, started, { file: (path) => !path.endsWith(".json.tmp") }),
  }),
  miniature("moves_again_without_sync", {
    mistake: "Takes what a killed migration has done for what is on the disk, when it goes on.",
    breaks: ["DUR-MIGRATE"],
    shownBy: ["crash/migration_again"],
    wrapStart: (start, { host, config }) => {
      const journals = join(config.root, ".mlx-layout", "migrations");
      const moves = withoutSyncsOfMoves(start, { host, config }, { directory: () => true });
      const manager = start(host, config);
      return withMethods(manager, {
        migrate: async (request, options) =>
          (await exists(host.files, journals))
            ? moves.migrate(request, options)
            : manager.migrate(request, options),
      });
    },
  }),
  miniature("syncs_after_rename", {
    mistake: "Syncs a file only when it already has its final name.",
    breaks: ["DUR-STATES", "DUR-ONCE", "DUR-CORE"],
    wrapHost: (host) => {
      // Anything but a marker on its way: that is another mistake.
      const isModelPart = (path: string) => !path.endsWith(".tmp");
      const files = withoutSyncs(host.files, { file: isModelPart });
      const rename = async (source: string, target: string) => {
        await files.rename(source, target);
        const { kind } = await host.files.lstat(target);
        if (isModelPart(source) && kind === "file") await syncFile(host.files, target);
      };
      return { files: { ...files, rename } };
    },
  }),
  miniature("notes_before_sync", {
    mistake: "Writes down what has arrived of a file before that is on the disk.",
    breaks: ["DUR-ONCE"],
    wrapHost: (host) => {
      const isModelPart = (path: string) => !path.endsWith(".tmp");
      const files = withoutSyncs(host.files, { file: isModelPart });
      const rename = async (source: string, target: string) => {
        // What gets its final name is synced before: the other mistake.
        const isFile = isModelPart(source) && (await host.files.lstat(source)).kind === "file";
        if (isFile) await syncFile(host.files, source);
        await files.rename(source, target);
      };
      return { files: { ...files, rename } };
    },
  }),
  miniature("marker_not_synced", {
    mistake: "Gives the marker its name before its bytes are on the disk.",
    breaks: ["DUR-SUCCESS", "DUR-OLD-OR-NEW", "DUR-CORE"],
    wrapHost: ({ files }) => {
      // Only its rename shows which small file is a marker: a copy that is not synced replaces it there.
      const rename = async (source: string, target: string) => {
        if (isMarker(target)) {
          const bytes = await readBytes(files, source);
          await files.unlink(source);
          await writeBytes(files, source, bytes);
        }
        await files.rename(source, target);
      };
      return { files: { ...files, rename } };
    },
  }),
  miniature("marker_not_kept", {
    mistake: "Reports success before the directory that holds the marker is synced.",
    breaks: ["DUR-SUCCESS", "DUR-CORE"],
    wrapHost: (host) => {
      const marked = new Set<string>();
      const files = withoutSyncs(host.files, { directory: (path) => marked.has(path) });
      const rename = async (source: string, target: string) => {
        await files.rename(source, target);
        if (isMarker(target)) marked.add(dirname(target));
      };
      return { files: { ...files, rename } };
    },
  }),
  miniature("marker_alone_synced", {
    mistake: "Syncs the marker, and no file that it names.",
    // After a crash the marker states what the lost bytes no longer are.
    breaks: ["DUR-SUCCESS", "DUR-STATES", "DUR-ONCE", "DUR-CORE", "MARK-TRUE"],
    wrapHost: ({ files }) => ({
      files: withoutSyncs(files, { file: (path) => !path.endsWith(".tmp") }),
    }),
  }),
  miniature("marker_in_place", {
    mistake: "Overwrites the marker at its own place, and syncs it there.",
    breaks: ["DUR-OLD-OR-NEW"],
    wrapHost: ({ files }) => ({ files: writingInPlace(files, isMarker) }),
  }),
  miniature("cache_not_synced", {
    mistake:
      "Syncs no directory of the hub's own cache, as if links and branches lasted by themselves.",
    breaks: ["DUR-CORE"],
    wrapHost: ({ files }) => ({
      files: withoutSyncs(files, { directory: (path) => path.includes("/models--") }),
    }),
  }),
  miniature("ref_in_place", {
    mistake: "Overwrites a branch of the hub's own cache at its own place, and syncs it there.",
    breaks: ["DUR-OLD-OR-NEW"],
    wrapHost: ({ files }) => ({ files: writingInPlace(files, isRef) }),
  }),
  miniature("recovers_once", {
    mistake: "Gives up on a model whose recovery was interrupted too.",
    breaks: ["DUR-RECOVERY"],
    wrapManager: (manager, { host: { files }, config }) => ({
      download: async (request, options) => {
        if ((await manager.status(request)).state === "complete")
          return manager.download(request, options);
        const journal = join(config.root, `.recovery-${request.repository.replace("/", "-")}`);
        const found = await readText(files, journal);
        if (found === "2") throw failure("internal", `Cannot go on: remove "${journal}" by hand`);
        const attempt = found === undefined ? "1" : "2";
        await unlessRefused(() => writeAttempt(files, journal, attempt), undefined);
        try {
          return await manager.download(request, options);
        } finally {
          await files.unlink(journal).catch(() => {});
        }
      },
    }),
  }),
];

/** A disk on which a rename to some names writes the bytes there instead. */
function writingInPlace(files: FileSystem, isOne: (path: string) => boolean): FileSystem {
  const rename = async (source: string, target: string) => {
    if (!isOne(target)) return files.rename(source, target);
    const bytes = await readBytes(files, source);
    await files.unlink(source);
    const file = await files.open(target, (await exists(files, target)) ? "r+" : "wx");
    try {
      await file.truncate(bytes.length);
      await file.write(bytes, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    return files.syncDirectory(dirname(target));
  };
  return { ...files, rename };
}

/** Which syncs do nothing, by the path that a file was opened by or that a directory has. */
interface IgnoredSyncs {
  readonly file?: (path: string) => boolean;
  readonly directory?: (path: string) => boolean;
}

/** A disk on which some syncs do nothing. */
function withoutSyncs(files: FileSystem, ignored: IgnoredSyncs): FileSystem {
  const { file: isIgnoredFile, directory: isIgnoredDirectory } = ignored;
  return {
    ...files,
    open: async (path, mode) => {
      const file = await files.open(path, mode);
      return isIgnoredFile?.(path) === true ? { ...file, sync: async () => {} } : file;
    },
    syncDirectory: async (path) => {
      if (isIgnoredDirectory?.(path) !== true) await files.syncDirectory(path);
    },
  };
}

/** Starts a subject whose disk ignores these syncs while it migrates. */
function withoutSyncsOfMoves(
  start: Subject["start"],
  { host, config }: StartedWith,
  { file, directory }: IgnoredSyncs,
): ModelManager {
  let isMoving = false;
  const files = withoutSyncs(host.files, {
    file: (path) => isMoving && file?.(path) === true,
    directory: (path) => isMoving && directory?.(path) === true,
  });
  const manager = start({ ...host, files }, config);
  return withMethods(manager, {
    migrate: async (request, options) => {
      isMoving = true;
      try {
        return await manager.migrate(request, options);
      } finally {
        isMoving = false;
      }
    },
  });
}

async function syncFile(files: FileSystem, path: string): Promise<void> {
  const file = await files.open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes down the number of a download that has begun and not ended. */
async function writeAttempt(files: FileSystem, path: string, attempt: string): Promise<void> {
  if (!(await exists(files, dirname(path)))) return;
  await writeBytes(files, path, new TextEncoder().encode(attempt));
}
