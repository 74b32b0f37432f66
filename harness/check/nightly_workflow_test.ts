import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/*
 * The commands of the night are run as a runner runs them, with stand-ins for the tools of macOS and for npm, which note their words.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SKIP = process.platform === "win32" ? "no bash in its place" : false;
const TOOLS = ["npm", "sw_vers", "system_profiler", "xcodebuild", "xcrun"];

interface Job {
  readonly steps: readonly { readonly run?: string }[];
}

const { jobs } = parse(readFileSync(join(ROOT, ".github/workflows/nightly.yml"), "utf8")) as {
  jobs: Readonly<Record<string, Job>>;
};
const directory = mkdtempSync(join(tmpdir(), "mlx-layout-nightly-"));
after(() => rmSync(directory, { recursive: true, force: true }));
for (const tool of TOOLS) {
  const file = join(directory, tool);
  // An Xcode without the Metal compiler.
  const end = tool === "xcrun" ? "exit 1" : "exit 0";
  writeFileSync(file, `#!/bin/sh\necho "${tool} $*" >> '${join(directory, "log")}'\n${end}\n`);
  chmodSync(file, 0o755);
}

function runJob(name: string, env: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(directory, "log"), "");
  let code = 0;
  let out = "";
  for (const { run } of jobs[name]?.steps ?? []) {
    if (run === undefined) continue;
    const flags = ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", run];
    const done = spawnSync("bash", flags, {
      cwd: directory,
      encoding: "utf8",
      env: {
        PATH: `${directory}${delimiter}${process.env["PATH"]}`,
        GITHUB_RUN_ID: "7",
        GITHUB_STEP_SUMMARY: join(directory, "summary"),
        ...env,
      },
    });
    code ||= done.status ?? 1;
    out += done.stdout + done.stderr;
  }
  return { code, out, log: readFileSync(join(directory, "log"), "utf8").trimEnd().split("\n") };
}

test("a hosted Mac says what it is, finds a Metal compiler, and runs MLX", { skip: SKIP }, () => {
  const { code, out, log } = runJob("paravirtual");
  assert.equal(code, 0, out);
  assert.deepEqual(log, [
    "npm ci",
    "sw_vers ",
    "system_profiler SPDisplaysDataType",
    "xcrun --find metal",
    "xcodebuild -downloadComponent MetalToolchain",
    "npm run -s mlx-conform -- subjects mlx",
    "npm run -s mlx-conform -- nightly --paravirtual --seed 7 --out nightly",
  ]);
});

test(
  "a night without the paravirtual tier is red, and one without hardware says so",
  { skip: SKIP },
  () => {
    const jobNames = ["LINUX", "PARAVIRTUAL", "HUB", "METAL"];
    const night = Object.fromEntries(jobNames.map((name) => [name, "success"]));
    assert.equal(runJob("verdict", night).code, 0);
    const without = runJob("verdict", { ...night, METAL: "skipped" });
    assert.equal(without.code, 0);
    assert.match(without.out, /::warning::The hardware world was skipped/);
    for (const wrong of [
      { METAL: "failure" },
      { PARAVIRTUAL: "skipped" },
      { PARAVIRTUAL: "failure" },
      { LINUX: "failure" },
      { HUB: "failure" },
    ])
      assert.equal(runJob("verdict", { ...night, ...wrong }).code, 1, JSON.stringify(wrong));
  },
);

test("the other jobs of the night run what the command has", { skip: SKIP }, () => {
  for (const name of ["linux", "hub", "metal"]) assert.equal(runJob(name).code, 0, name);
});
