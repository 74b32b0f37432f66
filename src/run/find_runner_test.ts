import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileStat, FileSystem, ProgramStarter } from "../../spec/mod.ts";
import { findRunner } from "./find_runner.ts";

/** A disk on which some programs are; nothing else of it is asked. */
function filesWith(isThere: (path: string) => boolean): FileSystem {
  const stat = async (path: string): Promise<Partial<FileStat>> => {
    if (isThere(path)) return { kind: "file" };
    throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
  };
  return { stat } as unknown as FileSystem;
}

function machine(platform: string, processor: string): ProgramStarter {
  const spawn = () => Promise.reject(new Error("nothing is started to find a runner"));
  return { platform, processor, node: ["node", "--import", "tsx"], spawn };
}

const MAC = machine("darwin", "arm64");
const LINUX = machine("linux", "x64");
const nothing = filesWith(() => false);
const everything = filesWith(() => true);

test("auto is MLX on Apple silicon, the Swift runner first, and the reference where neither is", async () => {
  const find = async (files: FileSystem, env = {}) => {
    const { name, command } = await findRunner("auto", { files, env, programs: MAC });
    return { name, program: command?.[0] };
  };
  assert.equal((await find(everything)).name, "mlx-swift");
  const pythonAlone = filesWith((path) => path.endsWith("/bin/python"));
  assert.equal((await find(pythonAlone)).name, "mlx-lm");
  assert.equal((await find(nothing)).name, "reference");
  assert.deepEqual(await find(nothing, { MLX_LAYOUT_PYTHON: "/venv/python" }), {
    name: "mlx-lm",
    program: "/venv/python",
  });
  assert.deepEqual(await find(everything, { MLX_LAYOUT_SWIFT_RUNNER: "/swift/runner" }), {
    name: "mlx-swift",
    program: "/swift/runner",
  });
});

test("auto is the reference elsewhere, also where mlx-lm is installed, and says why", async () => {
  const found = await findRunner("auto", { files: everything, env: {}, programs: LINUX });
  assert.equal(found.name, "reference");
  assert.deepEqual(found.command?.slice(0, 3), ["node", "--import", "tsx"]);
  assert.match(found.command?.at(-1) ?? "", /reference_runner\.[jt]s$/);
  assert.match(found.why, /not Apple silicon/);
});

test("what is asked for is found, or it is said how to get it", async () => {
  const options = { files: nothing, env: { MLX_LAYOUT_PYTHON: "/venv/python" }, programs: LINUX };
  const { command, why } = await findRunner("mlx-lm", options);
  assert.equal(command?.[0], "/venv/python");
  assert.match(command.at(-1) ?? "", /mlx_lm_runner\.py$/);
  assert.equal(why, "it was asked for");
  await assert.rejects(findRunner("mlx-swift", options), {
    code: "runner-unavailable",
    message: /swift build/,
  });
  await assert.rejects(findRunner("mlx-lm", { ...options, env: { MLX_LAYOUT_PYTHON: "" } }), {
    code: "runner-unavailable",
    message: /npm run subjects/,
  });
});

test("a command line is taken as it is, and the reference works where no programs may be started", async () => {
  const given = await findRunner(["/my/runner", "-x"], { files: nothing, env: {} });
  assert.deepEqual([given.name, given.command], ["given", ["/my/runner", "-x"]]);
  const inside = await findRunner("auto", { files: nothing, env: {} });
  assert.deepEqual([inside.name, inside.command], ["reference", undefined]);
  await assert.rejects(findRunner("mlx-lm", { files: everything, env: {} }), {
    code: "runner-unavailable",
  });
});
