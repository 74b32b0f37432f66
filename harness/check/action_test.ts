import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { exampleRecordText } from "../report/example_record.ts";

/*
 * The shell parts of the action are run as a runner runs them, with a suite whose `run` only shows its words.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ACTION = parse(
  readFileSync(join(ROOT, ".github/actions/mlx-conform/action.yml"), "utf8"),
) as {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: {
    readonly steps: readonly {
      readonly id?: string;
      readonly uses?: string;
      readonly run?: string;
    }[];
  };
};
const OPTIONS = { skip: process.platform === "win32" ? "no bash in its place" : false };

const directory = mkdtempSync(join(tmpdir(), "mlx-conform-action-"));
after(() => rmSync(directory, { recursive: true, force: true }));
const suite = join(directory, "suite");
mkdirSync(join(suite, "node_modules/node/bin"), { recursive: true });
mkdirSync(join(suite, "dist/mlx-conform/scenarios"), { recursive: true });
symlinkSync(process.execPath, join(suite, "node_modules/node/bin/node"));
writeFileSync(join(suite, "package.json"), `{"type":"module"}`);
writeFileSync(
  join(suite, "dist/mlx-conform/scenarios/main.js"),
  `const words = process.argv.slice(2);
if (words[0] === "run") {
  console.log("::error::from an adapter");
  console.log(JSON.stringify({ words, cwd: process.cwd(), path: process.env.PATH }));
  process.exit(1);
}
process.argv = [process.execPath, "main", ...words];
await import(${JSON.stringify(join(ROOT, "scenarios/main.ts"))});
`,
);

/** Runs a step of the action in a workspace. */
function runStep(id: string, env: Readonly<Record<string, string>>) {
  const step = ACTION.runs.steps.find((one) => one.id === id);
  const workspace = mkdtempSync(join(directory, "workspace-"));
  const outputs = join(workspace, "outputs");
  writeFileSync(outputs, "");
  const defaults = Object.entries(ACTION.inputs).map(([name, input]) => [
    name.toUpperCase(),
    input.default ?? "",
  ]);
  const { stdout, stderr, status } = spawnSync(
    "bash",
    ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step?.run ?? "exit 9"],
    {
      cwd: workspace,
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"] ?? "",
        ...Object.fromEntries(defaults),
        SUITE_DIRECTORY: suite,
        GITHUB_OUTPUT: outputs,
        GITHUB_STEP_SUMMARY: join(workspace, "summary"),
        ...env,
      },
    },
  );
  assert.equal(status, 0, stdout + stderr);
  return { stdout, workspace, outputs: readFileSync(outputs, "utf8") };
}

test("the action changes no PATH, and caches what it installs", () => {
  const { steps } = ACTION.runs;
  const text = steps.map(({ run = "" }) => run).join("\n");
  assert.doesNotMatch(text, /GITHUB_PATH|GITHUB_ENV|\bPATH=/);
  assert.deepEqual(
    steps.flatMap(({ uses }) => uses?.split("@")[0] ?? []),
    ["actions/cache", "actions/upload-artifact"],
  );
});

test(
  "the action runs the adapter by a path of the workspace, and an output of it is no command",
  OPTIONS,
  () => {
    const { stdout, workspace, outputs } = runStep("suite", {
      SUBJECT: "python3 ./tools/my adapter.py",
      ONCE: "true",
      ONLY: "DL-RESUME\nDL-INTEGRITY\n",
    });
    const lines = stdout.trim().split("\n");
    const said = JSON.parse(lines[2] ?? "") as { words: string[]; cwd: string; path: string };
    assert.equal(said.cwd, workspace);
    assert.equal(said.path, process.env["PATH"]);
    assert.deepEqual(said.words.slice(0, 3), ["run", "--subject", "python3 ./tools/my adapter.py"]);
    assert.ok(said.words.includes("--once"));
    assert.deepEqual(said.words.slice(-4), ["--only", "DL-RESUME", "--only", "DL-INTEGRITY"]);
    const [, pause = ""] = /^::stop-commands::([0-9a-f-]{36})$/.exec(lines[0] ?? "") ?? [];
    assert.equal(lines[1], "::error::from an adapter");
    assert.equal(lines.at(-1), `::${pause}::`);
    assert.equal(outputs, "code=1\nrecord=mlx-conform/report.jsonl\n");
  },
);

test("the action's report has the verdict, a summary and annotations", OPTIONS, () => {
  const record = join(directory, "report.jsonl");
  writeFileSync(record, exampleRecordText());
  const { stdout, outputs, workspace } = runStep("report", { OUTPUT: directory });
  assert.equal(outputs, "verdict=not conformant\n");
  assert.match(stdout, /^::error title=example broke DL-INTEGRITY%3A/);
  assert.match(readFileSync(join(workspace, "summary"), "utf8"), /❌ not conformant/);
  const silent = runStep("report", { OUTPUT: directory, ANNOTATIONS: "false" });
  assert.equal(silent.stdout, "");
  assert.equal(
    runStep("report", { OUTPUT: join(directory, "none") }).outputs,
    "verdict=incomplete\n",
  );
});

test("the action's cache is another one when a source is another", OPTIONS, () => {
  for (const name of ["spec", "src", "harness", "scenarios"])
    mkdirSync(join(suite, name), { recursive: true });
  writeFileSync(join(suite, "package-lock.json"), "{}");
  writeFileSync(join(suite, "tsconfig.json"), "{}");
  const digests = ["a", "b", "a"].map((text) => {
    writeFileSync(join(suite, "src/one.ts"), text);
    return /digest=([0-9a-f]{40,})$/m.exec(runStep("find", {}).outputs)?.[1];
  });
  assert.ok(digests[0] !== undefined && digests[0] !== digests[1]);
  assert.equal(digests[0], digests[2]);
});
