import type { FileSystem } from "../../spec/mod.ts";
import { readBytes, writeBytes } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";
import { unlessRefused } from "./parts/disk_steps.ts";
import { failure, onFailure } from "./parts/failures.ts";

/** Small files make no difference to the space that a model needs. */
const LARGE_BYTES = 4_000;
/** With less space than this no copies are made: running out of it is the matter of another requirement. */
const SPACE_BYTES_MIN = 1_000_000;

/** Miniatures that mishandle a full, failing or locked disk. */
export const diskLimitMiniatures: readonly Miniature[] = [
  miniature("ignores_room", {
    mistake: "Never asks how much space is free.",
    breaks: ["DL-SPACE-FIRST"],
    wrapHost: ({ files }) => ({
      files: { ...files, availableBytes: async () => Number.MAX_SAFE_INTEGER },
    }),
  }),
  miniature("ignores_the_callers_cap", {
    mistake: "Downloads a file of any length, whatever the caller allows.",
    breaks: ["DL-MAX-SIZE"],
    wrapManager: (manager) => ({
      downloadUrl: (request, options) => {
        const { maxSizeBytes: _, ...rest } = request;
        return manager.downloadUrl(rest, options);
      },
    }),
  }),
  miniature("fills_the_volume", {
    mistake: "Writes a file of unstated length for as long as the volume takes it.",
    breaks: ["DL-UNSTATED-LENGTH"],
    wrapStart: (start, { host, config }) => {
      let transfers = 0;
      const { files } = host;
      const availableBytes = async (path: string) =>
        transfers > 0 ? Number.MAX_SAFE_INTEGER : await files.availableBytes(path);
      const manager = start({ ...host, files: { ...files, availableBytes } }, config);
      return withMethods(manager, {
        downloadUrl: async (request, options) => {
          transfers++;
          try {
            return await manager.downloadUrl(request, options);
          } finally {
            transfers--;
          }
        },
      });
    },
  }),
  miniature("leaves_files_open", {
    mistake: "Leaves a file open that could not be read or written.",
    breaks: ["DISK-CLOSED"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        open: async (path, mode) => {
          const file = await files.open(path, mode);
          let hasFailed = false;
          const noted = async <T>(action: () => Promise<T>): Promise<T> => {
            try {
              return await action();
            } catch (error) {
              hasFailed = true;
              throw error;
            }
          };
          return {
            ...file,
            read: (buffer, position) => noted(() => file.read(buffer, position)),
            write: (data, position) => noted(() => file.write(data, position)),
            sync: () => noted(() => file.sync()),
            close: async () => (hasFailed ? undefined : file.close()),
          };
        },
      },
    }),
  }),
  miniature("leaves_readers_open", {
    mistake: "Leaves a file open that it reads while it writes it, when its transfer fails.",
    breaks: ["DISK-CLOSED"],
    shownBy: ["download/open_files"],
    wrapStart: (start, { host, config }) => {
      const readers = readersOfWritten(host.files);
      const manager = start({ ...host, files: readers.files }, config);
      const closing = async <T>(result: Promise<T>): Promise<T> => {
        const value = await result;
        await readers.closeAll();
        return value;
      };
      return withMethods(manager, {
        download: (request, options) => closing(manager.download(request, options)),
        downloadUrl: (request, options) => closing(manager.downloadUrl(request, options)),
      });
    },
  }),
  miniature("needs_room_three_times", {
    mistake: "Copies a large file twice before it moves it to its place.",
    breaks: ["DL-PEAK"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        rename: async (source, target) => {
          const isLarge =
            target.endsWith(".safetensors") &&
            (await isLargeFile(files, source)) &&
            (await files.availableBytes(source)) >= SPACE_BYTES_MIN;
          const copies = isLarge ? [`${source}.one`, `${source}.two`] : [];
          for (const copy of copies) await copyFile(files, source, copy);
          await files.rename(source, target);
          for (const copy of copies) await files.unlink(copy).catch(() => {});
        },
      },
    }),
  }),
  miniature("calls_disks_network", {
    mistake: "Reports a failing disk as a bad connection.",
    breaks: ["ERROR-KIND"],
    shownBy: ["download/errno"],
    wrapManager: (manager) => ({
      download: onFailure(manager, (error) => {
        if (asFailure(error)?.code !== "disk-io") throw error;
        throw failure("network", "Cannot download: bad connection");
      }),
    }),
  }),
  miniature("calls_locked_places_full", {
    mistake: "Reports a place that it may not write as a full disk.",
    breaks: ["ERROR-KIND"],
    shownBy: ["download/refused_calls"],
    wrapManager: (manager) => ({
      download: onFailure(manager, (error) => {
        if (asFailure(error)?.code !== "access-denied" || !isRefusal(error)) throw error;
        throw failure("disk-full", "Cannot download: the disk is full", { cause: error });
      }),
    }),
  }),
];

/** A disk on which a file that is read while it is written stays open until all are closed. */
function readersOfWritten(files: FileSystem): {
  readonly files: FileSystem;
  readonly closeAll: () => Promise<void>;
} {
  const written = new Map<string, number>();
  const open = new Set<() => Promise<void>>();
  const count = (path: string, more: number) => written.set(path, (written.get(path) ?? 0) + more);
  return {
    files: {
      ...files,
      open: async (path, mode) => {
        const file = await files.open(path, mode);
        if (mode === "r") {
          const isWritten = (written.get(path) ?? 0) > 0;
          return isWritten
            ? { ...file, close: async () => void open.add(() => file.close()) }
            : file;
        }
        count(path, 1);
        return {
          ...file,
          close: async () => {
            count(path, -1);
            await file.close();
          },
        };
      },
    },
    closeAll: async () => {
      const closes = [...open];
      open.clear();
      for (const close of closes) await close();
    },
  };
}

async function copyFile(files: FileSystem, source: string, target: string): Promise<void> {
  const copy = async () => writeBytes(files, target, await readBytes(files, source));
  await unlessRefused(copy, undefined);
}

/** A link to a file needs no space. */
async function isLargeFile(files: FileSystem, path: string): Promise<boolean> {
  const stat = await unlessRefused(() => files.lstat(path), undefined);
  return stat?.kind === "file" && stat.sizeBytes >= LARGE_BYTES;
}

/** Whether the system refused a write, at any depth of causes; a file in the way is another matter. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isDenied = "code" in error && ["EACCES", "EPERM", "EROFS"].includes(String(error.code));
  return isDenied || isRefusal(error.cause);
}
