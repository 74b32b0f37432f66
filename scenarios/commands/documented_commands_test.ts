import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { type ServedHub, serveHub, SimulatedHub, tinyLlama } from "../../harness/mod.ts";
import { splitCommand } from "../../harness/subjects/find_program.ts";
import { conformProgram, withSubcommands } from "./run_conform.ts";

/*
 * Every command line that the documents show is run as a reader runs it: from a directory of their own, with the simulated hub
 * as HF_ENDPOINT. What would take long, or install something, is in the tables below, with the reason. A command that is in no
 * table is run as it stands.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MODEL = "mlx-community/SmolLM-135M-Instruct-4bit";
const DOCUMENTS = [
  "README.md",
  ".github/CONTRIBUTING.md",
  "harness/README.md",
  "scenarios/README.md",
  "harness/subjects/README.md",
];

/** What stands for something of the reader's, by the words that are run in its place. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  "mlx-layout COMMAND": "mlx-layout status",
  "replay FILE": "replay scenarios/corpus/byte_turned_over_on_the_way.json",
  " …": " --version",
  "scenarios/corpus/": `${ROOT}scenarios/corpus/`,
};

/** Commands that are run with further words, as they would take too long without. */
const SHORTENED: Readonly<Record<string, string>> = {
  "mlx-layout path": "--help",
  "mlx-conform merge": "--help",
  "mlx-conform deviations update": "--help",
  'mlx-conform run --subject "./adapter"':
    "--only layout/required_files --runs 1 --report run.jsonl --replays replays",
};

/** Commands that do not end with 0: a failure is what they show, or all that is left out makes the verdict partial. */
const EXIT_CODES: Readonly<Record<string, readonly number[]>> = {
  'mlx-conform run --subject "./adapter"': [0, 5],
  "mlx-conform report run.jsonl": [0, 5],
  "mlx-conform replay scenarios/corpus/byte_turned_over_on_the_way.json --miniature publishes_before_verify":
    [1],
};

/** Commands whose words are only parsed, and why. */
const PARSED: Readonly<Record<string, string>> = {
  "mlx-conform run --runs 100": "minutes",
  "mlx-conform run --only LOAD-TOKENIZER": "self_test runs the scenarios",
  "mlx-conform run --only AREA/NAME": "a scenario of the reader's",
  "mlx-conform run --subject NAME": "needs an installed client, and minutes",
  "mlx-conform run --subject NAME --world process": "needs an installed client, and minutes",
  "mlx-conform run --subject NAME --report run.jsonl": "needs an installed client, and minutes",
  "mlx-conform smoke --subject NAME": "needs an installed client",
  "mlx-conform replay FILE --subject NAME": "needs an installed client",
  "mlx-conform miniatures": "minutes",
  "mlx-conform mutate": "minutes; mutate_test.ts runs its parts",
  "mlx-conform miniatures --only ID": "minutes",
  "mlx-conform miniatures --only NAME": "a miniature of the reader's",
  "mlx-conform matrix --into harness/subjects/README.md": "hours",
  "mlx-conform matrix frost --only hub/time_limit": "needs an installed client",
  "mlx-conform matrix reference-process reference-hf-cache": "a quarter of an hour",
  "mlx-conform deviations update run.jsonl --deviations harness/subjects/adapters/NAME.deviations.json":
    "needs the record of a whole run; report_files_test.ts makes one",
  "mlx-conform judge CLIENT@VERSION": "installs a client; judge_test.ts runs its parts",
  "mlx-conform trend": "needs a history; judge_test.ts has one",
  "mlx-conform trend harness/subjects/history.jsonl": "reads from a clone; judge_test.ts reads it",
  "mlx-conform trophies": "writes into a clone; trophies_test.ts writes elsewhere",
  "mlx-conform drift --endpoint https://huggingface.co --record FILE":
    "needs a network that leads to the hub; drift_test.ts has another",
  "mlx-conform crash": "minutes",
  "mlx-conform errno": "an hour",
  "mlx-conform hostile --attacks 10000": "minutes",
  "mlx-conform fidelity --dir DIR": "minutes",
  "mlx-conform soak --minutes 30": "half an hour",
  "mlx-conform nightly": "hours",
  "mlx-conform bench compare --float32 --margin 0.002 --models 28 --tokens 8":
    "needs a Python with mlx-lm; compare_inference_test.ts has a stand-in",
  "mlx-conform hub": "serves until it is stopped; hub_command_test.ts stops it",
  "mlx-conform hub --fault empty-body": "a fault of the reader's; hub_command_test.ts serves",
};

/** Commands that are not run, and why; that what they name exists is tested. */
const NAMED: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^npm install -g \.$/, "installs for the whole machine"],
  [/^npm ci\b/, "installs, and then runs what this test is a part of"],
  [
    /^npm (?:test|start|run (?!-s ))/,
    "minutes, or needs a network; each is a script of the package",
  ],
  [/^node --import tsx --test /, "npm test runs each of them"],
  [/^tsc -p \.$/, "npm run types"],
  [/^mlx-layout count\b/, "a command of the reader's"],
];

let directory: string;
let served: ServedHub;
before(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "mlx-layout-reader-")));
  const hub = new SimulatedHub({ now: () => Date.now(), unknownRoutes: "noted" });
  hub.publish(MODEL, tinyLlama({ shards: 2 }).files, { tags: ["mlx"] });
  served = await serveHub(hub);
  await copyFile(
    join(ROOT, "harness/subjects/honest/honest_node.mjs"),
    join(directory, "adapter.mjs"),
  );
  await writeFile(
    join(directory, "adapter"),
    `#!/bin/sh\nexec "${process.execPath}" "${directory}/adapter.mjs"\n`,
  );
  await chmod(join(directory, "adapter"), 0o755);
});
after(async () => {
  await served.close();
  await rm(directory, { recursive: true, force: true });
});

interface Shown {
  readonly document: string;
  /** As it stands there, without a remark. */
  readonly command: string;
}

/** The command lines in fenced blocks without a language, and in code within a sentence. */
function shownIn(document: string): Shown[] {
  const text = readFileSync(join(ROOT, document), "utf8");
  const isCommand = (line: string) =>
    /^(?:npm|node|mlx-layout|mlx-conform|tsc) [^/\s]/.test(line) && !/^mlx-\w+ \d| --$/.test(line);
  const blocks = Array.from(
    text.matchAll(/^( *)```\n([^]*?)^\1```$/gm),
    ([, , block = ""]) => block,
  );
  const prose = text.replaceAll(/^( *)```[^]*?^\1```$/gm, "");
  const inline = Array.from(prose.matchAll(/`([^`]+)`/g), ([, code = ""]) => code);
  const lines = [...blocks.flatMap((block) => block.split("\n")), ...inline]
    .map((line) =>
      line
        .replaceAll(/\s+/g, " ")
        .replace(/ # .*$/, "")
        .trim(),
    )
    .filter(isCommand)
    .flatMap((line) => line.split(" && "));
  return [...new Set(lines)].map((command) => ({ document, command }));
}

/** A command of a clone is the same program. */
function programLine(command: string): string {
  return command.replace(/^npm run -s (mlx-\w+) -- /, "$1 ");
}

function substituted(command: string): string {
  return Object.entries(PLACEHOLDERS).reduce(
    (before, [from, to]) => before.replaceAll(from, to),
    command,
  );
}

/** Parses the words of `mlx-conform`, without doing anything. */
async function parseConform(words: readonly string[]): Promise<void> {
  const ignore = () => {};
  const program = conformProgram({
    random: () => 0.5,
    jobs: 1,
    worker: "",
    writeOut: ignore,
    writeErr: ignore,
    annotate: ignore,
    finish: ignore,
  });
  let isRun = false;
  for (const command of withSubcommands(program))
    command.action(() => {
      isRun = true;
    });
  await program.parseAsync(words, { from: "user" });
  assert.ok(isRun, words.join(" "));
}

async function runLine(
  line: string,
): Promise<{ readonly code: number | null; readonly text: string }> {
  const [program = "", ...words] = splitCommand(line);
  const main = program === "mlx-layout" ? "src/cli/main.ts" : "scenarios/main.ts";
  assert.ok(program === "mlx-layout" || program === "mlx-conform", `no table has "${line}"`);
  const child = spawn(process.execPath, [join(ROOT, main), ...words], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      HOME: directory,
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
      MLX_LAYOUT_ROOT: join(directory, "Models"),
      HF_ENDPOINT: served.endpoint,
    },
  });
  let text = "";
  child.stdout.on("data", (chunk) => (text += String(chunk)));
  child.stderr.on("data", (chunk) => (text += String(chunk)));
  await once(child, "close");
  return { code: child.exitCode, text };
}

/** What a command that is not run names must exist. */
function assertNamed(command: string): void {
  const [, script] = /^npm (?:run )?([\w:-]+)/.exec(command) ?? [];
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Readonly<Record<string, string>>;
  };
  if (script !== undefined && script !== "ci" && script !== "install")
    assert.ok(script in scripts, `${command}: no such script`);
  for (const [path] of command.matchAll(/[\w./]+_test\.ts/g))
    if (!/NAME/.test(path)) assert.ok(existsSync(join(ROOT, path)), `${command}: no ${path}`);
}

const SHOWN = DOCUMENTS.flatMap(shownIn);

test("the documents show commands, and the tables have none that is not shown", () => {
  assert.ok(SHOWN.length > 40, `${SHOWN.length}`);
  const lines = new Set(SHOWN.map(({ command }) => programLine(command)));
  for (const command of [PARSED, SHORTENED, EXIT_CODES].flatMap(Object.keys))
    assert.ok(lines.has(command), `no document shows "${command}" any more`);
  for (const [pattern] of NAMED)
    assert.ok(
      [...lines].some((line) => pattern.test(line)),
      `no document shows ${pattern}`,
    );
});

const done = new Set<string>();
for (const { document, command } of SHOWN) {
  const line = programLine(command);
  if (done.has(line)) continue;
  done.add(line);
  test(`${document}: ${command}`, { timeout: 300_000 }, async () => {
    if (PARSED[line] !== undefined) {
      await parseConform(splitCommand(line).slice(1));
      return;
    }
    if (NAMED.some(([pattern]) => pattern.test(line))) {
      assertNamed(line);
      return;
    }
    // There is something to move only where the app's own directory has a model.
    if (line.startsWith("mlx-layout migrate")) {
      await mkdir(join(directory, "Models/mlx-community--SmolLM-135M-Instruct-4bit"), {
        recursive: true,
      });
      for (const { path, bytes } of tinyLlama({ shards: 2 }).files)
        await writeFile(
          join(directory, "Models/mlx-community--SmolLM-135M-Instruct-4bit", path),
          bytes,
        );
      await rm(join(directory, "Models/models"), { recursive: true });
    }
    const { code, text } = await runLine(
      [substituted(line), SHORTENED[line] ?? ""].join(" ").trim(),
    );
    assert.ok(
      (EXIT_CODES[line] ?? [0]).includes(code ?? -1),
      `${line} ended with ${code}:\n${text}`,
    );
  });
}

test("the workflow that README.md shows gives the action inputs that it has", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const [, block = ""] = /```yaml\n([^]*?)```/.exec(readme) ?? [];
  const [step] = parse(block) as readonly { readonly uses: string; readonly with: object }[];
  const action = readFileSync(join(ROOT, ".github/actions/mlx-conform/action.yml"), "utf8");
  const { inputs } = parse(action) as { readonly inputs: object };
  assert.match(step?.uses ?? "", /^owner\/mlx-layout\/\.github\/actions\/mlx-conform@/);
  for (const name of Object.keys(step?.with ?? {})) assert.ok(name in inputs, name);
});
