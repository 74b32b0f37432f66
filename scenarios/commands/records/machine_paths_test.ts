import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url)).replace(/[/\\]$/, "");
/** An adapter that names the directories of the machine in all that it says. */
const ADAPTER = `
import { createInterface } from "node:readline";
const places = ${JSON.stringify(ROOT)} + "/a.ts, " + process.cwd() + "/b, " + import.meta.filename + ", ";
for await (const line of createInterface({ input: process.stdin })) {
  const { type, id, root } = JSON.parse(line);
  const hello = { protocol: 1, name: "telling", version: "1.0.0", roles: ["downloader"],
    operations: ["download"], capabilities: [], layouts: ["hubapi"] };
  const error = { kind: "network", message: "no bytes in " + places + root };
  console.log(JSON.stringify(type === "hello" ? { type, id, ...hello } : { type: "result", id, error }));
}
`;

/** Runs `mlx-conform` in a directory; its verdict is not asked for here. */
function conform(cwd: string, ...args: readonly string[]): Promise<string> {
  const command = [join(ROOT, "scenarios/main.ts"), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd }, (_, stdout, stderr) => resolve(stdout + stderr));
  });
}

test("neither the record, nor a report, nor a replay file names a directory of this machine", async () => {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), "mlx-conform-places-")));
  try {
    const adapter = join(cwd, "adapter.mjs");
    await writeFile(adapter, ADAPTER);
    const said = await conform(
      cwd,
      "run",
      "--subject",
      `node ${adapter}`,
      "--runs",
      "1",
      "--only",
      "layout/required_files",
      "--report",
      "run.jsonl",
      "--replays",
      "replays",
    );
    const made = await conform(
      cwd,
      "report",
      "run.jsonl",
      "--html",
      "page.html",
      "--junit",
      "run.xml",
      "--tap",
      "run.tap",
      "--markdown",
      "run.md",
    );
    assert.match(made, /not conformant/, said + made);
    const replays = (await readdir(join(cwd, "replays"))).map((name) => `replays/${name}`);
    assert.ok(replays.length > 0, said);
    for (const name of ["run.jsonl", "page.html", "run.xml", "run.tap", "run.md", ...replays]) {
      const text = await readFile(join(cwd, name), "utf8");
      for (const place of [cwd, ROOT, homedir(), `${tmpdir()}/`])
        assert.ok(!text.includes(place), `${name} names ${place}`);
    }
    assert.match(await readFile(join(cwd, "run.jsonl"), "utf8"), /no bytes in suite\/a\.ts/);
    const page = await readFile(join(cwd, "page.html"), "utf8");
    assert.match(page, /mlx-conform replay \S+ --subject &quot;node adapter\.mjs&quot; --trace/);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
});
