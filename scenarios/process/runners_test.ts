/**
 * Real runners, each a child process: the reference, mlx-lm where there is a Python that has it, and mlx-swift where it is built.
 *
 * Invariants checked:
 * - Every message of either side is one of the protocol's schemas.
 * - All give the harness's own tokens, from every place that a model can be in: MLX's own, a snapshot of relative links in
 *   the hub's cache, a link, and paths with blanks, Unicode and brackets.
 * - A cancel ends a generation, and no process is left.
 * - The own downloaders of mlx-lm and mlx-swift, pointed at a simulated hub, are judged, and what rots in their cache is found.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { greedyTokens } from "../../harness/internal.ts";
import { serveHub, SimulatedHub, tinyLlama, type TinyModel } from "../../harness/mod.ts";
import { findPython } from "../../harness/subjects/find_python.ts";
import type { RunnerName } from "../../spec/mod.ts";
import { findRunner } from "../../src/run/find_runner.ts";
import { ModelError, nodeHost, SharedModelManager } from "../../src/mod.ts";

const python = findPython();
const noPython =
  python === undefined && "no Python with mlx-lm: run npm run subjects, or set MLX_LAYOUT_PYTHON";
const env = { ...process.env, ...(python !== undefined && { MLX_LAYOUT_PYTHON: python }) };
const RUNNERS: readonly (readonly [RunnerName, string | false])[] = [
  ["reference", false],
  ["mlx-lm", noPython],
  ["mlx-swift", await whyNot("mlx-swift")],
];
const PROMPT = [5, 6, 7, 100];
const REPOSITORY = "mlx-community/Tiny-4bit";
const MODEL = tinyLlama({ layers: 2, dtype: "F32", shards: 2, tied: false });

let top = "";
before(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), "mlx-layout-runners-")));
});
after(() => rm(top, { recursive: true, force: true }));

function managerOf(
  root: string,
  variables: Readonly<Record<string, string>> = {},
): SharedModelManager {
  return new SharedModelManager(nodeHost(), { root, env: { ...env, ...variables } });
}

async function write(place: string, model: TinyModel): Promise<void> {
  for (const { path, bytes } of model.files) {
    const at = join(place, ...path.split("/"));
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, bytes);
  }
}

/** A directory of each kind that holds the model. */
async function places(): Promise<Record<string, string>> {
  const plain = join(top, "plain", "models", ...REPOSITORY.split("/"));
  const odd = join(top, "with blanks", "größe 漢字 🙂");
  const brackets = join(top, "a[1]b", "[x]");
  for (const place of [plain, odd, brackets]) await write(place, MODEL);
  const linked = join(top, "linked");
  await symlink(plain, linked);
  const cache = join(top, "hub", "models--mlx-community--Tiny-4bit");
  const snapshot = join(cache, "snapshots", "a".repeat(40));
  for (const [at, { path, bytes }] of MODEL.files.entries()) {
    const blob = `blob${at}`;
    await mkdir(join(cache, "blobs"), { recursive: true });
    await writeFile(join(cache, "blobs", blob), bytes);
    const link = join(snapshot, ...path.split("/"));
    await mkdir(dirname(link), { recursive: true });
    await symlink(join("../".repeat(path.split("/").length + 1), "blobs", blob), link);
  }
  return {
    "its own place": plain,
    "a path of blanks and Unicode": odd,
    brackets,
    "a link": linked,
    "a snapshot of links": snapshot,
  };
}

for (const [runner, skip] of RUNNERS) {
  test(
    `${runner} gives the harness's tokens from every place`,
    { skip, timeout: 300_000 },
    async () => {
      const own = greedyTokens(MODEL, PROMPT, 5).map(({ id }) => id);
      const manager = managerOf(join(top, "plain"));
      for (const [name, directory] of Object.entries(await places())) {
        const made = await manager.run(
          { directory },
          { prompt: PROMPT, maxTokens: 5, runner, topLogits: 2 },
        );
        assert.deepEqual(
          made.tokens.map(({ id }) => id),
          own,
          `${runner} from ${name}`,
        );
        assert.ok(made.tokens.every(({ id, topLogits }) => topLogits?.[0]?.id === id));
        assert.equal(made.model.vocabularySize, 288);
        assert.match(made.runner, new RegExp(`^${runner}`));
      }
      await rm(join(top, "linked"));
      await rm(join(top, "hub"), { recursive: true });
    },
  );

  test(
    `${runner} speaks the protocol that its schemas state`,
    { skip, timeout: 120_000 },
    async () => {
      const { files, programs } = nodeHost();
      const { command = [] } = await findRunner(runner, { files, env, programs });
      const place = join(top, `protocol ${runner}`);
      await write(place, MODEL);
      const requests = [
        { id: 1, op: "generate", promptIds: PROMPT, maxTokens: 2 },
        { id: 2, op: "load", directory: join(place, "elsewhere") },
        { id: 3, op: "load", directory: place },
        { id: 4, op: "generate", promptIds: PROMPT, maxTokens: 3, topLogits: 2 },
        { id: 5, op: "generate", prompt: "hello there", chat: true, maxTokens: 3, stopAtEnd: true },
        { id: 6, op: "unload" },
      ];
      const events = await converse(command, requests);
      const [isRequest, isEvent] = await Promise.all([validator("request"), validator("event")]);
      for (const request of requests) assert.ok(isRequest(request));
      for (const event of events) assert.ok(isEvent(event), JSON.stringify(event));
      const answers = events
        .filter(({ event }) => event !== "token")
        .map(({ event, id }) => `${event} ${id ?? ""}`.trim());
      assert.deepEqual(answers, [
        "hello",
        "error 1",
        "error 2",
        "loaded 3",
        "generated 4",
        "generated 5",
        "unloaded 6",
      ]);
    },
  );

  test(`${runner} heeds a cancel`, { skip, timeout: 120_000 }, async () => {
    const place = join(top, `cancel ${runner}`);
    await write(place, MODEL);
    const stop = new AbortController();
    const running = managerOf(top).run(
      { directory: place },
      {
        prompt: PROMPT,
        maxTokens: 100_000,
        runner,
        signal: stop.signal,
        onToken: () => stop.abort(),
      },
    );
    await assert.rejects(running, { code: "cancelled" });
  });
}

const DAMAGES = ["none", "one bit", "half a shard"] as const;
for (const [runner, skip, damage] of RUNNERS.flatMap(([name, why]) =>
  name === "reference" ? [] : DAMAGES.map((one) => [name, why, one] as const),
)) {
  test(`${runner}'s own downloader is judged: ${damage}`, { skip, timeout: 180_000 }, async () => {
    const hub = new SimulatedHub({ now: () => Date.now(), style: { lfsFiles: "direct" } });
    const commit = hub.publish(REPOSITORY, MODEL.files, { tags: ["mlx"] });
    const served = await serveHub(hub);
    const home = join(top, `home ${runner} ${damage}`);
    try {
      const manager = managerOf(top, {
        HF_ENDPOINT: served.endpoint,
        HF_HOME: home,
        HF_HUB_DISABLE_XET: "1",
        HF_HUB_DISABLE_TELEMETRY: "1",
      });
      const fractions: number[] = [];
      const download = () =>
        manager.downloadDelegated(
          { repository: REPOSITORY, runner },
          { onProgress: ({ fraction }) => fractions.push(fraction) },
        );
      const first = await download();
      const cache = join(home, "hub", "models--mlx-community--Tiny-4bit");
      assert.equal(first.directory, join(cache, "snapshots", commit));
      assert.equal(first.commit, commit);
      assert.equal(fractions.at(-1), 1);
      assert.deepEqual(
        fractions,
        fractions.toSorted((a, b) => a - b),
      );
      assert.ok(first.files.some(({ path }) => path === "model-00002-of-00002.safetensors"));
      if (damage === "none") {
        const made = await manager.run(
          { directory: first.directory },
          { prompt: PROMPT, maxTokens: 3, runner },
        );
        assert.deepEqual(
          made.tokens.map(({ id }) => id),
          greedyTokens(MODEL, PROMPT, 3).map(({ id }) => id),
        );
        return;
      }
      // The runtime believes its cache: what rots there is found by the check.
      const shard = await realpath(join(first.directory, "model-00001-of-00002.safetensors"));
      const bytes = await readFile(shard);
      const last = bytes.length - 1;
      bytes[last] = (bytes[last] ?? 0) ^ 1;
      await writeFile(shard, damage === "one bit" ? bytes : bytes.subarray(0, bytes.length >> 1));
      await assert.rejects(download(), {
        code: "integrity",
        file: "model-00001-of-00002.safetensors",
      });
    } finally {
      await served.close();
    }
  });
}

/** Why a runner cannot be tested here, in one line; false where it can. */
async function whyNot(runner: RunnerName): Promise<string | false> {
  try {
    await findRunner(runner, { ...nodeHost(), env });
    return false;
  } catch (error) {
    if (error instanceof ModelError && error.code === "runner-unavailable") return error.message;
    throw error;
  }
}

interface Said {
  readonly event: string;
  readonly id?: number;
}

async function converse(command: readonly string[], requests: readonly unknown[]): Promise<Said[]> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "ignore"] });
  const exited = once(child, "exit");
  const said: Said[] = [];
  const left = [...requests];
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as Said;
    said.push(event);
    if (event.event === "token") continue;
    const next = left.shift();
    if (next === undefined) child.stdin.end();
    else child.stdin.write(`${JSON.stringify(next)}\n`);
  }
  const [code] = (await exited) as [number | null];
  assert.equal(code, 0, "the end of its input ends a runner, with 0");
  return said;
}

async function validator(name: string) {
  const place = new URL(`../../spec/runner_protocol/${name}.schema.json`, import.meta.url);
  return new Ajv2020({ strict: false }).compile(
    JSON.parse(await readFile(place, "utf8")) as object,
  );
}
