import type { FileSystem } from "../../spec/mod.ts";
import { readBytes, writeBytes } from "../disk/mod.ts";
import { lyingHost } from "./lying_host.ts";
import { unlessRefused } from "./unless_refused.ts";

/** Small files make no difference to the room that a model needs. */
const LARGE_BYTES = 4_000;
/** Below this much room it is careful: running out of it is another requirement's matter. */
const ROOM_BYTES_MIN = 1_000_000;

/** Copies a large file twice before it moves it to its place. */
export const needsRoomThreeTimes = lyingHost(
  {
    name: "needs_room_three_times",
    lie: "Copies a large file twice before it moves it to its place.",
    breaks: ["DL-PEAK"],
  },
  ({ files }) => ({
    files: {
      ...files,
      rename: async (source, target) => {
        const isLarge =
          target.endsWith(".safetensors") &&
          (await isLargeFile(files, source)) &&
          (await files.availableBytes(source)) >= ROOM_BYTES_MIN;
        const copies = isLarge ? [`${source}.one`, `${source}.two`] : [];
        for (const copy of copies) await copyFile(files, source, copy);
        await files.rename(source, target);
        for (const copy of copies) await files.unlink(copy).catch(() => {});
      },
    },
  }),
);

async function copyFile(files: FileSystem, source: string, target: string): Promise<void> {
  await unlessRefused(
    async () => writeBytes(files, target, await readBytes(files, source)),
    undefined,
  );
}

/** A link to a file needs no room. */
async function isLargeFile(files: FileSystem, path: string): Promise<boolean> {
  const stat = await unlessRefused(() => files.lstat(path), undefined);
  return stat?.kind === "file" && stat.sizeBytes >= LARGE_BYTES;
}
