import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bundleCommand } from "./bundle_command.ts";

const TREE: Readonly<Record<string, string>> = {
  "package.json": '{ "type": "module" }',
  "cli/main.js": `import { shared } from "../deep/er/shared.js";
import commander from "commander";
process.stdout.write(shared() + commander);
if (process.argv[2] === "later") process.stdout.write((await import("./later.js")).later());
process.stdout.write((await import("./now.js")).now());
`,
  "cli/later.js": `import { shared } from "../deep/er/shared.js";
export const later = () => shared() + "later ";
`,
  "cli/now.js": `export const now = () => "now ";
`,
  "deep/er/shared.js": `import { readFileSync } from "node:fs";
export const shared = () => readFileSync(new URL("./beside.txt", import.meta.url), "utf8");
`,
  "deep/er/beside.txt": "beside ",
  "node_modules/commander/package.json": '{ "type": "module", "main": "index.js" }',
  "node_modules/commander/index.js": 'export default "package ";\n',
};

test("a command of few files does what it did, and what is imported later is loaded later", async () => {
  const top = await mkdtemp(join(tmpdir(), "mlx-layout-bundle-"));
  try {
    for (const [path, text] of Object.entries(TREE)) {
      // oxlint-disable-next-line no-await-in-loop -- a few small files
      await mkdir(join(top, path, ".."), { recursive: true });
      // oxlint-disable-next-line no-await-in-loop -- a few small files
      await writeFile(join(top, path), text);
    }
    const main = join(top, "cli/main.js");
    await bundleCommand(main, { apart: /later/ });
    const run = (...words: string[]) => {
      const { stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
        encoding: "utf8",
      });
      return stdout + stderr;
    };
    assert.equal(run(), "beside package now ");
    assert.equal(run("later"), "beside package beside later now ");
    const parts = await readdir(join(top, "cli/parts"));
    assert.deepEqual(parts.map((name) => name.replace(/_[A-Z0-9]+\./, ".")).toSorted(), [
      "chunk.js",
      "later.js",
      "main.js",
    ]);
    await assert.rejects(bundleCommand(join(top, "cli/absent.js"), { apart: /later/ }));
  } finally {
    await rm(top, { recursive: true });
  }
});
