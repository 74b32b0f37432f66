import assert from "node:assert/strict";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileSystem } from "../../spec/mod.ts";
import { makeDirectories, readBytes, writeBytes } from "./disk_tree.ts";
import { nodeFiles } from "./node_files.ts";
import { memoryVolume, VOLUME_KINDS, volumeFiles, type VolumeKind } from "./volume_files.ts";

for (const ground of ["memory", "a real directory"]) {
  for (const kind of VOLUME_KINDS) {
    test(`a ${kind} volume in ${ground} takes names for one as it should`, async () => {
      await within(ground, kind, async (files, base) => {
        await writeBytes(files, join(base, "Model"), Uint8Array.of(1));
        await writeBytes(files, join(base, "caf\u00e9"), Uint8Array.of(2));
        assert.equal(await finds(files, join(base, "mODEL")), kind !== "plain");
        assert.equal(await finds(files, join(base, "cafe\u0301")), kind === "folding");
        await files.rename(join(base, "Model"), join(base, "MODEL"));
        assert.ok((await files.readdir(base)).includes("MODEL"), "it takes the new spelling");
      });
    });

    test(`a ${kind} volume in ${ground} has links, or refuses them`, async () => {
      await within(ground, kind, async (files, base) => {
        await writeBytes(files, join(base, "a"), Uint8Array.of(1));
        const links = [
          () => files.link(join(base, "a"), join(base, "b")),
          () => files.symlink("a", join(base, "c")),
        ];
        for (const link of links) {
          if (kind === "no-links") await assert.rejects(link, { code: "EPERM" });
          else await link();
        }
      });
    });
  }

  test(`a no-links volume in ${ground} refuses the names that exFAT refuses`, async () => {
    await within(ground, "no-links", async (files, base) => {
      await assert.rejects(files.mkdir(join(base, "a:b")), { code: "EINVAL" });
      await assert.rejects(files.open(join(base, "what?"), "wx"), { code: "EINVAL" });
      await writeBytes(files, join(base, "a"), Uint8Array.of(1));
      await assert.rejects(files.rename(join(base, "a"), join(base, "<a>")), { code: "EINVAL" });
    });
  });
}

test("a folding volume in memory follows a link whose text is spelt otherwise", async () => {
  const files = memoryVolume("folding");
  await writeBytes(files, "/Models/a", Uint8Array.of(7));
  await files.symlink("MODELS", "/link");
  assert.deepEqual([...(await readBytes(files, "/LINK/A"))], [7]);
});

// Helpers

async function within(
  ground: string,
  kind: VolumeKind,
  action: (files: FileSystem, base: string) => Promise<void>,
): Promise<void> {
  if (ground === "memory") {
    const files = memoryVolume(kind);
    await makeDirectories(files, "/base");
    await action(files, "/base");
    return;
  }
  const base = await realpath(await mkdtemp(join(tmpdir(), "volume-files-")));
  try {
    await action(volumeFiles(nodeFiles(), kind), base);
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

async function finds(files: FileSystem, path: string): Promise<boolean> {
  return files.stat(path).then(
    () => true,
    () => false,
  );
}
