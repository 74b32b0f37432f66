import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { KNOWN_SUBJECTS } from "../subjects/known_subjects.ts";

/*
 * The workflows are read by actionlint and their shell parts by shellcheck, where these are installed; where they are
 * not, the tests say so and are skipped.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WORKFLOWS = globSync(".github/workflows/*.yml", { cwd: ROOT }).toSorted();
const ACTIONS = globSync(".github/actions/*/action.yml", { cwd: ROOT }).toSorted();
const SCRIPTS = globSync(".github/scripts/*.sh", { cwd: ROOT }).toSorted();

/** The reference as a program, in each layout that it has for its own. */
const REFERENCES = ["reference-process", "reference-hf-cache"];

function read(path: string): string {
  return readFileSync(`${ROOT}/${path}`, "utf8");
}

function skipWithout(program: string): { readonly skip: string | false } {
  const isThere = spawnSync(program, ["--version"]).error === undefined;
  return { skip: isThere ? false : `${program} is not installed` };
}

function run(program: string, args: readonly string[], input = ""): string {
  const { stdout, stderr, status } = spawnSync(program, args, {
    cwd: ROOT,
    input,
    encoding: "utf8",
  });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

/** A step of an action, as far as it matters here. */
interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

function actionSteps(path: string): readonly Step[] {
  return (parse(read(path)) as { runs: { steps: readonly Step[] } }).runs.steps;
}

test("actionlint finds nothing in the workflows", skipWithout("actionlint"), () => {
  assert.ok(WORKFLOWS.length >= 3);
  assert.equal(run("actionlint", ["-no-color", ...WORKFLOWS]), "");
});

test("actionlint finds what is wrong", skipWithout("actionlint"), () => {
  const wrong =
    "on: push\njobs:\n  a:\n    runs-on: metal-mac\n    steps:\n      - run: echo ${{ needs.b }}\n";
  assert.match(run("actionlint", ["-no-color", "-"], wrong), /metal-mac[^]*needs/);
});

test(
  "shellcheck finds nothing in the scripts, nor in the action's steps",
  skipWithout("shellcheck"),
  () => {
    assert.equal(run("shellcheck", SCRIPTS), "");
    for (const path of ACTIONS) {
      for (const { run: text, shell } of actionSteps(path)) {
        if (text === undefined) continue;
        assert.equal(shell, "bash", `${path}: a step of an action names its shell`);
        assert.doesNotMatch(text, /\$\{\{/, `${path}: an expression in a script is code of others`);
        assert.equal(run("shellcheck", ["--shell=bash", "-"], text), "", path);
      }
    }
    assert.match(run("shellcheck", ["--shell=bash", "-"], "echo $1\n"), /SC2086/);
  },
);

test("every action that is used is pinned to a commit, with its version beside it", () => {
  const uses = [...WORKFLOWS, ...ACTIONS].flatMap((path) =>
    Array.from(read(path).matchAll(/uses: (.+)/g), ([, name = ""]) => ({ path, name })),
  );
  assert.ok(uses.length > 10);
  const isFixed = ({ name }: (typeof uses)[number]) =>
    name.startsWith("./") || /@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(name);
  assert.deepEqual(
    uses.filter((use) => !isFixed(use)),
    [],
  );
});

test("no checkout leaves its credentials where code of others runs", () => {
  for (const path of WORKFLOWS) {
    const { jobs } = parse(read(path)) as { jobs: Record<string, { steps: readonly Step[] }> };
    for (const [job, { steps }] of Object.entries(jobs)) {
      for (const { uses, with: given } of steps) {
        if (uses?.startsWith("actions/checkout@") !== true) continue;
        assert.equal(given?.["persist-credentials"], false, `${path}: ${job}`);
      }
    }
  }
});

test("the matrix runs the reference and every subject that has an adapter", () => {
  const workflow = parse(read(".github/workflows/conformance.yml")) as {
    jobs: { suite: { strategy: { matrix: { subject: readonly string[] } } } };
  };
  assert.deepEqual(
    workflow.jobs.suite.strategy.matrix.subject.toSorted(),
    ["reference", ...REFERENCES, ...KNOWN_SUBJECTS.map(({ name }) => name)].toSorted(),
  );
});

test("every script that a workflow runs is one of the package", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  for (const path of [...WORKFLOWS, ...SCRIPTS, ".ci/run"]) {
    for (const [, name = ""] of read(path).matchAll(/npm run (?:-s )?([\w:-]+)/g))
      assert.ok(name in scripts, `${path} runs "${name}", which is not a script`);
  }
});

test("every command of mlx-conform that a workflow runs is one", () => {
  const names = /\n {2}(?<name>[a-z-]+) /g;
  const help = spawnSync(process.execPath, ["scenarios/main.ts", "--help"], {
    cwd: ROOT,
    encoding: "utf8",
  }).stdout;
  const commands = Array.from(help.matchAll(names), ({ groups }) => groups?.["name"]);
  assert.ok(commands.includes("nightly"));
  const used = [...WORKFLOWS, ".ci/run"].flatMap((path) =>
    Array.from(read(path).matchAll(/npm run -s mlx-conform -- ([\w-]+)/g), ([, name]) => name),
  );
  assert.ok(used.length >= 8);
  assert.deepEqual(
    used.filter((name) => !commands.includes(name)),
    [],
  );
});
