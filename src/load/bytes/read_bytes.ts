import type { FileSystem, OpenFile } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { openTarget } from "./open_target.ts";

/** Options of {@linkcode readWhole}. */
export interface ReadWholeOptions {
  /** More than this is refused unread. @default {256 MiB} */
  readonly sizeBytesMax?: number;
  readonly signal?: AbortSignal;
}

const SIZE_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Fills `buffer` from `position` as far as the file reaches.
 *
 * @returns how many bytes were there; fewer than the buffer holds only at the end of the file
 */
export async function readAt(
  file: Pick<OpenFile, "read">,
  buffer: Uint8Array,
  position: number,
): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    // oxlint-disable-next-line no-await-in-loop -- a port may read less than it was asked for
    const count = await file.read(buffer.subarray(filled), position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/**
 * Reads one file to its end.
 *
 * @throws ModelError with the code `limit-exceeded` when it is larger than allowed
 */
export async function readWhole(
  files: FileSystem,
  path: string,
  options: ReadWholeOptions = {},
): Promise<Uint8Array> {
  return await withFile(files, path, async (file) => {
    options.signal?.throwIfAborted();
    const { sizeBytes } = await file.stat();
    const sizeBytesMax = options.sizeBytesMax ?? SIZE_BYTES_MAX;
    if (sizeBytes > sizeBytesMax) {
      throw new ModelError(
        "limit-exceeded",
        `Cannot read "${path}": it has ${sizeBytes} bytes, and at most ${sizeBytesMax} are read`,
      );
    }
    const buffer = new Uint8Array(sizeBytes);
    return buffer.subarray(0, await readAt(file, buffer, 0));
  });
}

/** Opens a file for reading, uses it, and closes it whatever happens. */
export async function withFile<T>(
  files: FileSystem,
  path: string,
  use: (file: OpenFile) => Promise<T>,
): Promise<T> {
  const file = await openTarget(files, path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** The operating system's code of a failure, such as `ENOENT`; undefined when it is not a failure of the disk. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof ModelError || !("code" in error)) {
    return undefined;
  }
  return typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}
