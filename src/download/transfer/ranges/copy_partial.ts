import { dirname } from "node:path";
import type { FileSystem } from "../../../../spec/mod.ts";
import { keptRanges, type PartialContent } from "./kept_ranges.ts";
import { Intervals } from "./intervals.ts";
import { PartialFile } from "./partial_file.ts";

const COPY_BYTES = 1024 * 1024;

/** Options of {@linkcode copyPartial}. */
export interface CopyPartialOptions {
  /** Must not exist yet. */
  readonly target: string;
  readonly content: PartialContent;
}

/**
 * Copies what a partial file has to a new one, synced. Its writer may go on meanwhile: what is said of the copy is what was true
 * of the file before.
 */
export async function copyPartial(
  files: FileSystem,
  source: string,
  options: CopyPartialOptions,
): Promise<void> {
  const { target, content } = options;
  const from = await files.open(source, "r");
  try {
    const { ranges, position } = await keptRanges(from, content);
    const to = await files.open(target, "wx");
    try {
      // What has no records is a beginning, and its copy is one at every moment.
      const kept = { ranges: new Intervals(), position: undefined, turns: [0, 0] } as const;
      const syncName = () => files.syncDirectory(dirname(target));
      const copy = position === undefined ? to : new PartialFile(to, { content, kept, syncName });
      if (copy instanceof PartialFile) await copy.begin();
      const buffer = new Uint8Array(from.pieceBytes ?? COPY_BYTES);
      for (const range of ranges.list) {
        for (let at = range.from; at < range.to;) {
          const wantedBytes = Math.min(buffer.length, range.to - at);
          const count = await from.read(buffer.subarray(0, wantedBytes), at);
          if (count === 0) break;
          await copy.write(buffer.subarray(0, count), at);
          at += count;
        }
      }
      if (copy instanceof PartialFile) await copy.settle();
      else await copy.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
