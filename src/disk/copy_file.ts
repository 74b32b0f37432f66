import type { FileSystem } from "../../spec/mod.ts";

const COPY_BYTES = 1024 * 1024;

/**
 * Copies a file's content to a new file, synced.
 *
 * @param options `target` must not exist yet; `onBytes` hears how many bytes are copied
 */
export async function copyFile(
  files: FileSystem,
  source: string,
  options: { readonly target: string; readonly onBytes?: (bytesDone: number) => void },
): Promise<void> {
  const from = await files.open(source, "r");
  try {
    const to = await files.open(options.target, "wx");
    try {
      const buffer = new Uint8Array(from.pieceBytes ?? COPY_BYTES);
      for (let at = 0; ;) {
        const count = await from.read(buffer, at);
        if (count === 0) break;
        await to.write(buffer.subarray(0, count), at);
        at += count;
        options.onBytes?.(at);
      }
      await to.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
