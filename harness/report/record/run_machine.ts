import { access, mkdtemp, rmdir, statfs, unlink, writeFile } from "node:fs/promises";
import { arch, platform, release, tmpdir } from "node:os";
import { join } from "node:path";
import type { RunMachine } from "./run_record.ts";

/** Numbers of common file systems in Linux's `statfs`; elsewhere the numbers mean other things. */
const LINUX_KINDS: Readonly<Record<number, string>> = {
  0xef53: "ext4",
  0x58465342: "xfs",
  0x9123683e: "btrfs",
  0x01021994: "tmpfs",
  0x794c7630: "overlayfs",
  0x2fc12fc1: "zfs",
  0x6969: "nfs",
  0x65735546: "fuse",
  0x01021997: "9p",
};

/** Describes the machine of a run, and the volume of its temporary directories. */
export async function runMachine(): Promise<RunMachine> {
  const directory = await mkdtemp(join(tmpdir(), "mlx_conform_"));
  try {
    const { type } = await statfs(directory);
    const kind = platform() === "linux" ? LINUX_KINDS[type] : undefined;
    return {
      os: platform(),
      osVersion: release(),
      arch: arch(),
      node: process.versions.node,
      filesystem: kind ?? `type 0x${type.toString(16)}`,
      isCaseSensitive: await isCaseSensitive(directory),
    };
  } finally {
    await rmdir(directory);
  }
}

async function isCaseSensitive(directory: string): Promise<boolean> {
  const path = join(directory, "a");
  await writeFile(path, "");
  try {
    return await access(join(directory, "A")).then(
      () => false,
      () => true,
    );
  } finally {
    await unlink(path);
  }
}
