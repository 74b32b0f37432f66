import { join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { exists, removeTree, writeBytes } from "../disk/disk_tree.ts";
import { diskErrorCode } from "../disk/disk_error.ts";
import type { VolumeKind } from "../disk/volume_files.ts";

/** What a volume is, found out by trying. */
export interface VolumeFacts {
  readonly foldsCase: boolean;
  readonly foldsForm: boolean;
  /** `yes`, or the code with which it refuses. */
  readonly symbolicLinks: string;
  readonly hardLinks: string;
}

/** Finds out by trying what kind of volume a directory lies on; leaves nothing there. */
export async function probeVolume(files: FileSystem, directory: string): Promise<VolumeFacts> {
  const place = join(directory, "probe");
  await files.mkdir(place);
  try {
    await writeBytes(files, join(place, "a"), new Uint8Array(1));
    await writeBytes(files, join(place, "caf\u00e9"), new Uint8Array(1));
    return {
      foldsCase: await exists(files, join(place, "A")),
      foldsForm: await exists(files, join(place, "cafe\u0301")),
      symbolicLinks: await tried(() => files.symlink("a", join(place, "b"))),
      hardLinks: await tried(() => files.link(join(place, "a"), join(place, "c"))),
    };
  } finally {
    await removeTree(files, place);
  }
}

/**
 * The simulated kind that is most like a volume.
 *
 * @throws {RangeError} when nothing simulated is like it
 */
export function kindOfVolume(facts: VolumeFacts): VolumeKind {
  const { foldsCase, foldsForm, symbolicLinks, hardLinks } = facts;
  const hasLinks = symbolicLinks === "yes" && hardLinks === "yes";
  if (hasLinks && !foldsCase && !foldsForm) return "plain";
  if (hasLinks && foldsCase && foldsForm) return "folding";
  if (symbolicLinks !== "yes" && hardLinks !== "yes" && foldsCase && !foldsForm) return "no-links";
  throw new RangeError(
    `Cannot compare with this volume as no simulated kind is like it: ${JSON.stringify(facts)}`,
  );
}

async function tried(action: () => Promise<void>): Promise<string> {
  try {
    await action();
    return "yes";
  } catch (error) {
    return diskErrorCode(error) ?? String(error);
  }
}
