import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type ServedHub, serveHub, SimulatedHub, tinyLlama } from "../mod.ts";
import { buildPackages } from "./build_packages.ts";
import { findRuntime } from "./find_runtime.ts";
import { PUBLISHED_PACKAGES } from "./published_packages.ts";

/*
 * The packages as a user gets them: built, packed, installed into an empty project from their tarballs, and run by Node, Bun and
 * Deno. What they depend on comes from the registry.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MODEL = "mlx-community/tiny";
const NPM_FLAGS = ["--no-audit", "--no-fund", "--prefer-offline"];
/** Other versions of Node, which `.ci/run` installs. */
const OTHER_NODES = globSync(`${ROOT}.subjects/nodes/node_modules/node-*/bin/node`).toSorted();
const NODE = { name: "node", command: [process.execPath] };
const RUNTIMES = [NODE, findRuntime("bun"), findRuntime("deno")];

let directory: string;
let served: ServedHub;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "mlx-layout-packages-"));
  const hub = new SimulatedHub({ now: () => Date.now(), unknownRoutes: "noted" });
  hub.publish(MODEL, tinyLlama().files, { tags: ["mlx"] });
  served = await serveHub(hub);
  await buildPackages({ into: join(directory, "built") });
  for (const { name } of PUBLISHED_PACKAGES) {
    // oxlint-disable-next-line no-await-in-loop -- npm locks its cache
    await packAndInstall(name);
  }
});
after(async () => {
  await served.close();
  await rm(directory, { recursive: true, force: true });
});

async function packAndInstall(name: string): Promise<void> {
  const project = join(directory, name);
  await mkdir(project);
  await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }');
  const packed = ["pack", join(directory, "built", name), "--pack-destination", directory];
  await succeed(["npm", ...packed], project);
  const tarballs = globSync(join(directory, `${name}-[0-9]*.tgz`));
  await succeed(["npm", "install", ...NPM_FLAGS, ...tarballs], project);
}

async function runIn(cwd: string, [program = "", ...args]: readonly string[], path?: string) {
  const child = spawn(program, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: [path ?? dirname(process.execPath), process.env["PATH"]].join(delimiter),
      HOME: program === "npm" ? process.env["HOME"] : directory,
      ...(program === "npm" && { NODE_EXTRA_CA_CERTS: process.env["NODE_EXTRA_CA_CERTS"] }),
      MLX_LAYOUT_ROOT: join(directory, "Models"),
      HF_ENDPOINT: served.endpoint,
    },
    timeout: 240_000,
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  await once(child, "close");
  return { code: child.exitCode, signal: child.signalCode, out, err };
}

/** Runs a command that must end with 0, and returns what it printed. */
async function succeed(words: readonly string[], cwd: string): Promise<string> {
  const { code, signal, out, err } = await runIn(cwd, words);
  assert.equal(code, 0, `${words.join(" ")} ended with ${code ?? signal}:\n${out}${err}`);
  return out;
}

function installed(name: string, path: string): string {
  return join(directory, name, "node_modules", name, path);
}

function filesOf(name: string): string[] {
  const top = join(directory, "built", name);
  return globSync(join(top, "**/*.*")).map((path) => relative(top, path).replaceAll("\\", "/"));
}

function manifestOf(name: string) {
  return JSON.parse(readFileSync(join(directory, "built", name, "package.json"), "utf8")) as {
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
}

test("the downloader has neither the suite nor what only the suite needs", () => {
  const suites = /^(?:fast-check|memfs|msw)$/;
  const dependencies = Object.keys(manifestOf("mlx-layout").dependencies);
  assert.equal(dependencies.length, 5);
  assert.deepEqual(
    dependencies.filter((name) => suites.test(name)),
    [],
  );
  assert.equal(
    Object.keys(manifestOf("mlx-conform").dependencies).filter((name) => suites.test(name)).length,
    3,
  );
  assert.deepEqual(
    filesOf("mlx-layout").filter((path) => /^(?:harness|scenarios)\//.test(path)),
    [],
  );
});

test("the packages have no tests, no sources of what is compiled, and what the code reads", () => {
  for (const { name } of PUBLISHED_PACKAGES) {
    const wrong = filesOf(name).filter((path) =>
      /_test\.|_bench\.|(?<!\.d)\.ts$|\/check\/|\/release\//.test(path),
    );
    assert.deepEqual(wrong, [], name);
    assert.ok(filesOf(name).includes("src/run/runners/mlx_lm_runner.py"), name);
  }
  for (const path of [
    "spec/download.md",
    "harness/subjects/adapters/wget_jq.sh",
    "scenarios/corpus/progress_after_a_kill.json",
  ])
    assert.ok(filesOf("mlx-conform").includes(path), path);
});

for (const { name, exports } of PUBLISHED_PACKAGES) {
  test(`${name} runs by npx`, async () => {
    const out = await succeed(["npx", "--no", "--", name, "--version"], join(directory, name));
    assert.equal(out.trim(), manifestOf(name).version);
  });

  test(`every module that ${name} exports can be imported, and has types`, async () => {
    for (const [path, module] of Object.entries(exports)) {
      const code = `console.log(Object.keys(await import("${join(name, path)}")).length)`;
      // oxlint-disable-next-line no-await-in-loop -- a few imports
      const out = await succeed(
        [process.execPath, "--input-type=module", "--eval", code],
        join(directory, name),
      );
      assert.ok(Number(out) > 0, path);
      assert.ok(filesOf(name).includes(`${module}.d.ts`), module);
    }
  });
}

test("a program in TypeScript is checked against the types of the library", async () => {
  const project = join(directory, "mlx-layout");
  const code = `import { type DownloadResult, nodeHost, SharedModelManager } from "mlx-layout";
import type { Subject } from "mlx-layout/spec";
const models = new SharedModelManager(nodeHost(), { root: "/nowhere", env: {} });
export const result: Promise<DownloadResult> = models.download({ repository: "org/name" });
export const subject: Subject = { name: "x", version: "1", start: (host, config) => new SharedModelManager(host, config) };
// @ts-expect-error -- there is no such member
export const wrong = models.nothing;
`;
  await writeFile(join(project, "program.ts"), code);
  const flags = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "--lib",
    "es2024,esnext.disposable,dom",
  ];
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  await succeed([process.execPath, tsc, ...flags, "program.ts"], project);
});

for (const [at, runtime] of RUNTIMES.entries()) {
  const name = runtime?.name ?? ["", "bun", "deno"][at];
  const skip = runtime === undefined ? `npm has installed no ${name} for this platform` : false;
  const command = runtime?.command ?? [];

  test(`mlx-layout downloads, checks and runs a model under ${name}`, { skip }, async () => {
    const root = join(directory, `models-${name}`);
    const start = [...command, installed("mlx-layout", "src/cli/start.mjs")];
    const layout = (...words: string[]) => succeed([...start, ...words, "--root", root], directory);
    const place = (await layout("download", MODEL)).trim().split("\n").at(-1);
    assert.equal(place, join(root, "models", MODEL));
    assert.match(await layout("verify", MODEL), /complete|verified|3 files/i);
    await layout("check", MODEL);
    await layout("run", MODEL, "--prompt", "hello", "--max-tokens", "3");
    const wrong = await runIn(directory, [...start, "status", "org/other", "--root", root]);
    assert.equal(wrong.code, 1, wrong.err);
  });

  test(
    `mlx-conform tests the reference and a program under ${name}, and ends`,
    { skip },
    async () => {
      const project = join(directory, `conform-${name}`);
      await mkdir(project);
      const start = [...command, installed("mlx-conform", "scenarios/start.mjs")];
      const adapter = join(project, "adapter.mjs");
      await cp(join(ROOT, "harness/subjects/honest/honest_node.mjs"), adapter);
      const only = ["run", "--only", "layout/required_files", "--runs", "1", "--seed", "1"];
      const memory = await succeed([...start, ...only, "--world", "memory"], project);
      assert.match(memory, /conformant in part/);
      const subject = ["--subject", `"${process.execPath}" "${adapter}"`];
      const { out, err } = await runIn(project, [...start, ...only, ...subject]);
      assert.match(out, /LAYOUT-PATH +MUST +held/, out + err);
      // Its processes work on numbers, and end with it.
      await succeed([...start, "hostile", "--attacks", "2", "--seed", "1"], project);
    },
  );
}

test("what only a clone can do says so in one line", async () => {
  const start = [process.execPath, installed("mlx-conform", "scenarios/start.mjs")];
  const { code, err } = await runIn(directory, [...start, "mutate"]);
  assert.equal(code, 2, err);
  assert.match(err, /^mlx-conform: .*clone.*\n$/);
});

const skipNodes =
  OTHER_NODES.length === 0 ? "no other Node is installed below .subjects/nodes" : false;
test(
  "other versions of Node run the packages, or are refused in one line",
  { skip: skipNodes },
  async () => {
    for (const node of OTHER_NODES) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const version = (await succeed([node, "--version"], directory)).trim();
      const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
      const isOld = major < 22 || (major === 22 && minor < 19);
      for (const { name, bin } of PUBLISHED_PACKAGES) {
        const start = installed(name, Object.values(bin)[0] ?? "");
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const started = await runIn(directory, [node, start, "--version"]);
        assert.equal(started.code, isOld ? 2 : 0, `${version}: ${started.err}`);
        if (isOld) assert.match(started.err, new RegExp(`^${name}: Node \\S+ is too old, .*\n$`));
        const code = `await import("${name}")`;
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const imported = await runIn(join(directory, name), [
          node,
          "--input-type=module",
          "--eval",
          code,
        ]);
        assert.equal(imported.code, isOld ? 1 : 0, `${version}: ${imported.err}`);
        if (isOld) assert.match(imported.err, new RegExp(`Error: ${name}: Node \\S+ is too old, `));
      }
    }
  },
);
