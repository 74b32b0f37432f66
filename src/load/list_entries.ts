import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { CheckCause, CheckFinding, FileStat, FileSystem } from "../../spec/mod.ts";
import { systemCode } from "./bytes/read_bytes.ts";

/** A regular file below a model's directory, or a link to one that may be followed. */
export interface DirectoryFile {
  /** Path relative to the model's directory, with `/`. */
  readonly path: string;
  /** Where its data is: links are resolved. */
  readonly target: string;
  readonly sizeBytes: number;
  /** Whether its data is not on the disk; it must not be opened, as that would fetch it. */
  readonly isEvicted: boolean;
  /** Whether it is large and hardly any of its data is on the disk: the rest are holes, which read as zeros. */
  readonly isHollow: boolean;
}

/** What lies below a model's directory. */
export interface DirectoryEntries {
  readonly files: readonly DirectoryFile[];
  /** Paths that are there but cannot be used, each with a finding. */
  readonly faulty: readonly CheckFinding[];
}

/** Small files live inside the directory entry on some volumes and have no blocks of their own. */
const EVICTED_SIZE_BYTES_MIN = 4096;

/** Weights hardly become smaller on a volume that compresses; what is not large is read whatever it is. */
const HOLLOW_SIZE_BYTES_MIN = 1024 ** 3;

/** The largest known repositories of a model have some 1,500; a list that goes on is not a model's directory. */
const FILES_MAX = 10_000;

/** No repository is deeper; a longer path is a circle or an attack. */
const DEPTH_MAX = 32;

/**
 * Lists the files below a directory without opening one: `LOAD-LINK`, `LOAD-EVICTED`, `LOAD-CONFINED`.
 *
 * Directories behind links are not entered. A link may lead to a regular file below `root` only.
 */
export async function listEntries(
  files: FileSystem,
  directory: string,
  options: { readonly root: string; readonly signal?: AbortSignal | undefined },
): Promise<DirectoryEntries> {
  const boundary = await boundaryOf(files, directory, options.root);
  const found: DirectoryFile[] = [];
  const faulty: CheckFinding[] = [];
  const enter = async (prefix: string, depth: number): Promise<void> => {
    options.signal?.throwIfAborted();
    const names = await files.readdir(join(directory, prefix));
    for (const name of names.sort()) {
      if (found.length + faulty.length >= FILES_MAX) return;
      const path = prefix + name;
      const at = join(directory, path);
      try {
        const stat = await files.lstat(at);
        if (stat.kind === "directory") {
          if (path.endsWith(".safetensors")) {
            faulty.push(finding("unreadable", path, "A directory has the name of a weight file"));
          }
          if (depth < DEPTH_MAX) await enter(`${path}/`, depth + 1);
        } else if (stat.kind === "file") {
          found.push(fileOf(path, at, stat));
        } else if (stat.kind === "link") {
          const followed = await followLink(files, at, boundary);
          if ("cause" in followed) faulty.push(finding(followed.cause, path, followed.detail));
          else if (followed.stat.kind === "file") {
            found.push(fileOf(path, followed.target, followed.stat));
          } else if (path.endsWith(".safetensors")) {
            faulty.push(finding("unreadable", path, "The link leads to no regular file"));
          }
        }
      } catch (error) {
        const code = systemCode(error);
        if (code === undefined) throw error;
        // A file that vanished while the directory was read is absent, which is judged elsewhere.
        if (code === "ENOENT") continue;
        faulty.push(finding("unreadable", path, `The disk answered ${code}`));
      }
    }
  };
  await enter("", 0);
  if (found.length + faulty.length >= FILES_MAX) {
    const detail = `Not judged: the directory has ${FILES_MAX} files or more`;
    faulty.push({ cause: "not-judged", path: ".", detail, level: "error" });
  }
  return { files: found, faulty };
}

function fileOf(path: string, target: string, stat: FileStat): DirectoryFile {
  const { sizeBytes, allocatedBytes } = stat;
  const isEvicted = sizeBytes >= EVICTED_SIZE_BYTES_MIN && allocatedBytes === 0;
  const isHollow = sizeBytes >= HOLLOW_SIZE_BYTES_MIN && allocatedBytes < sizeBytes / 16;
  return { path, target, sizeBytes, isEvicted, isHollow };
}

type Followed =
  | { readonly target: string; readonly stat: FileStat }
  | { readonly cause: CheckCause; readonly detail: string };

async function followLink(files: FileSystem, path: string, boundary: Boundary): Promise<Followed> {
  const text = await files.readlink(path);
  let target;
  try {
    target = await files.realpath(path);
  } catch (error) {
    const code = systemCode(error) ?? "";
    if (!["ENOENT", "ENOTDIR", "ELOOP"].includes(code)) throw error;
    const why = code === "ELOOP" ? "in a circle" : "to nothing";
    return { cause: "broken-link", detail: `The link to "${text}" leads ${why}` };
  }
  if (!isAllowed(target, boundary)) {
    const detail = `The link to "${text}" leads out of the directory that models may be read from`;
    return { cause: "outside-directory", detail };
  }
  return { target, stat: await files.lstat(target) };
}

/** What the links of a model may lead to. */
interface Boundary {
  /** With all links followed. */
  readonly root: string;
  /** Where the hub's cache really keeps the contents of the model's repository, which may be another volume. */
  readonly blobs: string | undefined;
}

/** Contents in the hub's cache are named by their hashes. */
const BLOB_REGEXP = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** A snapshot belongs to the repository in which it really lies, whatever link led to it. */
async function boundaryOf(files: FileSystem, directory: string, root: string): Promise<Boundary> {
  const realRoot = await files.realpath(root);
  const real = await files.realpath(directory);
  if (defaultRoot(real) === real) return { root: realRoot, blobs: undefined };
  try {
    const blobs = await files.realpath(join(dirname(dirname(real)), "blobs"));
    return { root: realRoot, blobs };
  } catch {
    // Without a store there is nothing that links could lead to.
    return { root: realRoot, blobs: undefined };
  }
}

/** Other tools make directories of links to contents in the hub's cache: what a hash names is no secret of anybody's. */
function isAllowed(target: string, { root, blobs }: Boundary): boolean {
  if (isInside(target, root)) return true;
  const store = dirname(target);
  const isStore = store === blobs || /[\\/]models--[^\\/]+[\\/]blobs$/.test(store);
  return isStore && BLOB_REGEXP.test(basename(target));
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Hidden files that no runtime opens may be as broken as they like. */
function finding(cause: CheckCause, path: string, detail: string): CheckFinding {
  const isHidden = path.split("/").some((name) => name.startsWith("."));
  const isRead = !isHidden || path.endsWith(".safetensors");
  return { cause, path, detail, level: isRead ? "error" : "warning" };
}

/**
 * The directory that a model's links may lead into when no root is given.
 *
 * In the hub's cache a snapshot's files are links into `blobs` beside `snapshots`; elsewhere a model has no
 * reason to lead out of its own directory.
 */
export function defaultRoot(directory: string): string {
  const snapshots = dirname(resolve(directory));
  const repository = dirname(snapshots);
  const isSnapshot =
    snapshots.endsWith(`${sep}snapshots`) && /[\\/]models--[^\\/]+$/.test(repository);
  return isSnapshot ? dirname(repository) : directory;
}
