import { join } from "node:path";
import type { FileStat, FileSystem } from "../../spec/mod.ts";
import { walk } from "../disk/walk.ts";
import type { ModelPlace } from "../layout/model_place.ts";

/** How large a model is, and when it was used. */
export interface Measure {
  /** Bytes of its files. */
  readonly sizeBytes: number;
  /** Bytes that its files take on the volume; what two names share counts once. */
  readonly diskBytes: number;
  /** When its weights were last read, in milliseconds since 1970, where the volume notes that. */
  readonly usedMs: number | undefined;
}

/** Bytes on the volume that are counted already, by the identity of the data: over all models of a listing. */
export type CountedData = Map<string, number>;

/**
 * Measures a model without opening a file; in the hub's cache links stand for their contents.
 *
 * @param counted gets the data of the model, so that its sum over many models has each once
 */
export async function measureModel(
  files: FileSystem,
  { directory, cache }: ModelPlace,
  counted: CountedData,
): Promise<Measure> {
  let sizeBytes = 0;
  let usedMs: number | undefined;
  const own = new Map<string, number>();
  for await (const { path, stat: entry } of walk(files, directory)) {
    const isLink = entry.kind === "link" && cache !== undefined;
    const stat = isLink ? await fileIfThere(files, join(directory, path)) : entry;
    if (stat?.kind !== "file") continue;
    sizeBytes += stat.sizeBytes;
    own.set(stat.inode, stat.allocatedBytes);
    const { accessedMs } = stat;
    if (path.endsWith(".safetensors") && accessedMs !== undefined)
      usedMs = Math.max(usedMs ?? 0, accessedMs);
  }
  let diskBytes = 0;
  for (const [inode, bytes] of own) {
    diskBytes += bytes;
    counted.set(inode, bytes);
  }
  return { sizeBytes, diskBytes, usedMs };
}

async function fileIfThere(files: FileSystem, path: string): Promise<FileStat | undefined> {
  try {
    return await files.stat(path);
  } catch {
    // A link that leads nowhere holds nothing; reporting it is a matter for the check.
    return undefined;
  }
}
