import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { keepFormerCommands } from "./former_commands.ts";

test("a command of a build starts where it was before there were two packages", async () => {
  const into = await mkdtemp(join(tmpdir(), "mlx-layout-former-"));
  try {
    await writeFile(join(into, "package.json"), `{"type":"module"}`);
    for (const now of ["mlx-layout/src/cli/start.mjs", "mlx-conform/scenarios/start.mjs"]) {
      const path = join(into, now);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, `console.log("${now}", process.argv[2]);`);
    }
    await keepFormerCommands(into);
    const start = (former: string) =>
      execFileSync(process.execPath, [join(into, former), "--version"], { encoding: "utf8" });
    assert.equal(start("src/cli/start.js"), "mlx-layout/src/cli/start.mjs --version\n");
    assert.equal(start("scenarios/start.js"), "mlx-conform/scenarios/start.mjs --version\n");
  } finally {
    await rm(into, { recursive: true, force: true });
  }
});
