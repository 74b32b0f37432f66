/**
 * Any kind of entry at any place that a command looks at, and then any command: each case on a real disk.
 *
 * There are some 30,000 of them. A run takes as many as fit, in an order that mixes places, kinds and commands;
 * `MLX_LAYOUT_WHOLE_SWEEP=1` takes them all, which takes an hour.
 *
 * Invariants checked:
 * - The command ends in time, and its failure has a code of its own and no stack.
 * - What lies outside the root, and another model, keep their names and bytes; nothing of what lies outside is printed.
 * - `list` still shows the other model. A download that succeeds has the listed bytes, in the model's own directory.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readTree, serveHub, SimulatedHub } from "../../harness/internal.ts";
import { listenHttp } from "../../src/node/http_listener.ts";
import { runCli } from "../../src/cli/run_cli.ts";
import { nodeHost, SharedModelManager } from "../../src/mod.ts";
import { plantEntry } from "../../harness/disk/plant_entry.ts";
import {
  COMMANDS,
  FILES,
  REPOSITORY,
  type SweepCase,
  sweepCases,
  type SweepLayout,
  WEIGHTS,
} from "./sweep_cases.ts";

const IS_WHOLE = process.env["MLX_LAYOUT_WHOLE_SWEEP"] !== undefined;
const SWEEP_MS = IS_WHOLE ? Number.POSITIVE_INFINITY : 15_000;
/** No command on a small model takes so long; it waits longer than for a claim that stands still. */
const CASE_MS = 30_000;
const OTHER = "mlx-community/Other";
const SECRET = "what lies outside the root";

test(
  "whatever lies at any place, every command ends and changes nothing else",
  { skip: process.platform === "win32" ? "no links and no FIFOs there" : false },
  async (t) => {
    await using bench = await sweepBench();
    const cases = sweepCases();
    const beganMs = performance.now();
    let [tried, left] = [0, 0];
    for (const one of cases) {
      if (performance.now() - beganMs > SWEEP_MS) break;
      if (await bench.judge(one)) tried++;
      else left++;
    }
    t.diagnostic(`${tried} of ${cases.length} cases; ${left} could not be made here`);
    assert.ok(tried > 0, "no case was tried");
  },
);

// Helpers

async function sweepBench() {
  const top = await realpath(await mkdtemp(join(tmpdir(), "mlx-layout-sweep-")));
  const hub = new SimulatedHub({ now: () => Date.now() });
  const commit = hub.publish(REPOSITORY, FILES, { tags: ["mlx"] });
  hub.publish(OTHER, FILES, { tags: ["mlx"] });
  const served = await serveHub(hub);
  const run = (args: readonly string[]) => runCommand(args, { HF_ENDPOINT: served.endpoint });
  const templates = await makeTemplates(top, run);
  let count = 0;
  return {
    judge: async ({ layout, place, kind, command, isThere }: SweepCase): Promise<boolean> => {
      const here = join(top, String(count++));
      const [root, outside] = [join(here, "Models"), join(here, "outside")];
      const copy = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true };
      await cp(templates[layout][isThere ? "whole" : "nothing"], root, copy);
      await makeOutside(outside);
      try {
        const at = join(root, place.replaceAll("COMMIT", commit));
        if (!(await plantEntry(at, { kind, outside }))) return false;
        const other = join(root, `models/${OTHER}`);
        const before = await seen([outside, other]);
        const layoutArgs = ["list", "migrate", "undo"].includes(command)
          ? []
          : ["--layout", layout];
        const args = [...COMMANDS[command], "--root", root, ...layoutArgs];
        const { exitCode, output, directory } = await run(args);
        const where = `${kind} at ${place}, ${isThere ? "a model" : "no model"} there: ${args.join(" ")} ended with ${exitCode}: ${output}`;
        assert.notEqual(exitCode, "late", where);
        assert.doesNotMatch(output, /\binternal\b|\n {4}at |(?:Type|Range)Error/, where);
        // `models` itself holds the other one.
        if (place !== "models") {
          assert.deepEqual(await seen([outside, other]), before, where);
          if (command === "list") assert.match(output, new RegExp(OTHER), where);
        } else assert.deepEqual(await seen([outside]), before.slice(0, 1), where);
        if (kind !== "second name") assert.ok(!output.includes(SECRET), where);
        if (command === "download" && exitCode === 0) await assertDownloaded(directory, where);
        return true;
      } finally {
        execFileSync("rm", ["-rf", here]);
      }
    },
    async [Symbol.asyncDispose]() {
      await served.close();
      await rm(top, { recursive: true, force: true });
    },
  };
}

/** For each layout a root with the other model, and one with both. */
async function makeTemplates(
  top: string,
  run: (args: readonly string[]) => ReturnType<typeof runCommand>,
) {
  const made = async (layout: SweepLayout) => {
    const [whole, nothing] = [join(top, layout, "whole"), join(top, layout, "nothing")];
    for (const [root, models] of [
      [nothing, [[OTHER, "hubapi"]]],
      [
        whole,
        [
          [OTHER, "hubapi"],
          [REPOSITORY, layout],
        ],
      ],
    ] as const) {
      for (const [model, at] of models) {
        const { exitCode, output } = await run(["download", model, "--root", root, "--layout", at]);
        assert.equal(exitCode, 0, output);
      }
    }
    return { whole, nothing };
  };
  return {
    hubapi: await made("hubapi"),
    lmstudio: await made("lmstudio"),
    "hf-cache": await made("hf-cache"),
  };
}

/** What belongs to the user, with names that a downloader might take for its own. */
async function makeOutside(outside: string): Promise<void> {
  for (const path of [
    "thesis.txt",
    "config.json",
    "model.safetensors",
    `${WEIGHTS}.incomplete`,
    WEIGHTS,
    "0123456789abcdef.tmp",
    "m.1.2.download.0123456789abcdef.claim",
    "main",
    "Planted/config.json",
    "empty/x",
  ]) {
    await mkdir(dirname(join(outside, path)), { recursive: true });
    await writeFile(join(outside, path), `${SECRET}: ${path}`);
  }
  await rm(join(outside, "empty/x"));
}

async function runCommand(args: readonly string[], env: Readonly<Record<string, string>>) {
  let [stdout, stderr] = ["", ""];
  const stop = new AbortController();
  const late = new Promise<"late">((resolve) => {
    AbortSignal.timeout(CASE_MS).addEventListener("abort", () => resolve("late"), { once: true });
  });
  const ended = runCli(args, {
    openHost: nodeHost,
    config: { root: "/nonexistent", env: { ...env, HOME: "/nonexistent" } },
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    isTerminal: false,
    signal: stop.signal,
    version: "0",
    listen: listenHttp,
    createManager: (host, config) => new SharedModelManager(host, config),
  });
  const exitCode = await Promise.race([ended, late]);
  stop.abort(new Error("The case is over"));
  return {
    exitCode,
    output: stdout + stderr,
    directory: stdout.trimEnd().split("\n").at(-1) ?? "",
  };
}

async function seen(directories: readonly string[]): Promise<unknown[]> {
  const { files } = nodeHost();
  return Promise.all(
    directories.map(async (directory) =>
      (await readTree(files, directory)).map(({ path, kind, sha256 }) => [path, kind, sha256]),
    ),
  );
}

async function assertDownloaded(directory: string, where: string): Promise<void> {
  const real = await realpath(directory);
  for (const { path, bytes } of FILES) {
    const place = await realpath(join(directory, path));
    assert.ok((await readFile(place)).equals(bytes), `${path}: ${where}`);
    const cache = dirname(dirname(real));
    assert.ok(
      place.startsWith(`${real}/`) || place.startsWith(`${cache}/blobs/`),
      `${place}: ${where}`,
    );
  }
}
