import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rename, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { removeWorld } from "./beside_root.ts";

test("removeWorld() removes closed directories, and trees that are deeper than a path may be", async () => {
  const base = await mkdtemp(join(tmpdir(), "mlx-layout-remove-"));
  let deep: string | undefined;
  for (let level = 0; level < 4; level++) {
    const top = join(base, `part-${level}`);
    const end = join(top, ...Array.from({ length: 9 }, () => "d".repeat(200)));
    await mkdir(end, { recursive: true });
    if (deep !== undefined) await rename(deep, join(end, "deep"));
    deep = top;
  }
  const closed = join(base, "closed");
  await mkdir(join(closed, "inner"), { recursive: true });
  await writeFile(join(closed, "inner", "file"), "x");
  await chmod(closed, 0);
  await removeWorld(base);
  await assert.rejects(stat(base), { code: "ENOENT" });
});
