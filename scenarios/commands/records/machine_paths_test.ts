import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url)).replace(/[/\\]$/, "");
const ADAPTER = join(ROOT, "harness/subjects/honest/honest_node.mjs");

/** Runs `mlx-conform` in a directory; its verdict is not asked for here. */
function conform(cwd: string, ...args: readonly string[]): Promise<string> {
  const command = [
    "--import",
    import.meta.resolve("tsx"),
    join(ROOT, "scenarios/main.ts"),
    ...args,
  ];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd, timeout: 120_000 }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

test("neither the record, nor a report, nor a replay file names a directory of this machine", async () => {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), "mlx-conform-places-")));
  try {
    const adapter = join(cwd, "adapter.mjs");
    await copyFile(ADAPTER, adapter);
    // By its absolute path, so that it would be seen; the first is broken by this adapter, the second names its files.
    const said = await conform(
      cwd,
      ...["run", "--subject", `node ${adapter}`, "--runs", "5", "--report", "run.jsonl"],
      ...["--only", "DL-RESUME", "--only", "DL-INTEGRITY-NAMES", "--replays", "replays"],
    );
    const made = await conform(
      cwd,
      ...["report", "run.jsonl", "--html", "page.html", "--junit", "run.xml"],
      ...["--tap", "run.tap", "--markdown", "run.md"],
    );
    assert.match(made, /not conformant/, said + made);
    const replays = (await readdir(join(cwd, "replays"))).map((name) => `replays/${name}`);
    assert.ok(replays.length > 0, said);
    for (const name of ["run.jsonl", "page.html", "run.xml", "run.tap", "run.md", ...replays]) {
      const text = await readFile(join(cwd, name), "utf8");
      for (const place of [cwd, ROOT, homedir(), `${tmpdir()}/`])
        assert.ok(!text.includes(place), `${name} names ${place}`);
    }
    const page = await readFile(join(cwd, "page.html"), "utf8");
    assert.match(page, /mlx-conform replay \S+ --subject &quot;node adapter\.mjs&quot; --trace/);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
});
