/**
 * Each cause in a home of its own: the doctor names it with a command, the command is typed as it was printed, and then the
 * doctor has nothing more to say.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { type ServedHub, serveHub, SimulatedHub, tinyLlama } from "../../harness/mod.ts";
import { listenHttp } from "../node/http_listener.ts";
import { nodeHost } from "../node_host.ts";
import { SharedModelManager } from "../shared_model_manager.ts";
import { runCli } from "./run_cli.ts";
import { assertOutput } from "./scripted_run.ts";

const REPOSITORY = "mlx-community/SmolLM-135M-Instruct-4bit";
const HUB = ".cache/huggingface/hub";
const OWN = `Documents/Models/models/${REPOSITORY}`;
const FLAT = "Documents/Models/smollm-135m";

const model = tinyLlama({ seed: 5, shards: 2 }).files.map((file) => {
  if (file.path !== "config.json") return file;
  const config = { ...JSON.parse(Buffer.from(file.bytes).toString()) } as object;
  const named = { ...config, _name_or_path: "HuggingFaceTB/SmolLM-135M-Instruct" };
  return { ...file, bytes: Buffer.from(JSON.stringify(named)) };
});

let place: string;
let served: ServedHub;
before(async () => {
  place = await mkdtemp(join(tmpdir(), "mlx-layout-doctor-"));
  const hub = new SimulatedHub({ now: () => Date.now() });
  hub.publish(REPOSITORY, model, { tags: ["mlx"] });
  served = await serveHub(hub);
});
after(async () => {
  await served.close();
  await rm(place, { recursive: true, force: true });
});

/** A command line in a home, as a shell reads it. */
async function type(home: string, words: readonly string[]) {
  const written = { stdout: "", stderr: "" };
  const env = { HOME: home, HF_ENDPOINT: served.endpoint };
  const exitCode = await runCli(words, {
    openHost: nodeHost,
    config: { root: join(home, "Documents", "Models"), env },
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    isTerminal: false,
    signal: new AbortController().signal,
    version: "1.2.3",
    listen: listenHttp,
    createManager: (host, config) =>
      new SharedModelManager(host, config, { retry: { attemptsMax: 1 } }),
  });
  return { exitCode, ...written };
}

interface Told {
  readonly cause: string;
  readonly level: string;
  readonly detail: string;
  readonly command?: string;
}

async function diagnosed(home: string, ...more: readonly string[]): Promise<readonly Told[]> {
  const { stdout, stderr } = await type(home, ["doctor", ...more, "--json"]);
  assertOutput(stdout);
  assert.ok(stdout.includes('"event":"diagnosis"'), `${stdout}${stderr}`);
  return (JSON.parse(stdout) as { readonly findings: readonly Told[] }).findings;
}

async function typeCommand(home: string, command: string): Promise<void> {
  const shell = command.replace(/^(?:HF_HUB_CACHE=\S+ )?mlx-layout /, "");
  if (shell === command) {
    const { status, stderr, error } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
    assert.equal(status, 0, `${command}: ${stderr} ${error?.message}`);
    return;
  }
  const words = Array.from(shell.matchAll(/'([^']*)'|\S+/g), ([word, quoted]) => quoted ?? word);
  const { exitCode, stderr } = await type(home, words);
  assert.equal(exitCode, 0, `${command}: ${stderr}`);
}

async function copyTo(directory: string): Promise<void> {
  for (const { path, bytes } of model) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), bytes);
  }
}

const SIDECAR = Buffer.concat([Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0]), Buffer.alloc(100)]);
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 987654\n`;
const SHARD = "model-00001-of-00002.safetensors";

/** What happens to a home, and what the doctor calls it. */
const CASES: readonly {
  readonly cause: string;
  readonly level?: "warning";
  /** Further steps until nothing is left, where one step brings to light what the next one mends. */
  readonly steps?: number;
  readonly happens: (home: string) => Promise<void>;
}[] = [
  { cause: "misplaced", happens: (home) => copyTo(join(home, FLAT)) },
  {
    cause: "truncated",
    happens: async (home) => {
      await copyTo(join(home, OWN));
      const bytes = await readFile(join(home, OWN, SHARD));
      await writeFile(join(home, OWN, SHARD), bytes.subarray(0, bytes.length - 10));
    },
  },
  {
    cause: "missing-shard",
    happens: async (home) => {
      await copyTo(join(home, OWN));
      await rm(join(home, OWN, SHARD));
    },
  },
  {
    cause: "lfs-pointer",
    happens: async (home) => {
      await copyTo(join(home, ".lmstudio/models", REPOSITORY));
      await writeFile(join(home, ".lmstudio/models", REPOSITORY, SHARD), POINTER);
    },
  },
  {
    cause: "html",
    happens: async (home) => {
      await copyTo(join(home, OWN));
      await writeFile(join(home, OWN, "tokenizer.json"), "<!doctype html><html>Sign in</html>");
    },
  },
  {
    cause: "appledouble",
    level: "warning",
    happens: async (home) => {
      await copyTo(join(home, OWN));
      await writeFile(join(home, OWN, `._${SHARD}`), SIDECAR);
      await writeFile(join(home, OWN, ".DS_Store"), "view");
    },
  },
  {
    cause: "desktop-files",
    level: "warning",
    happens: async (home) => {
      await copyTo(join(home, OWN));
      await writeFile(join(home, OWN, "._config.json"), SIDECAR);
    },
  },
  {
    cause: "missing-tokenizer",
    happens: async (home) => {
      await copyTo(join(home, OWN));
      await rm(join(home, OWN, "tokenizer.json"));
    },
  },
  {
    cause: "foreign-weights",
    happens: async (home) => {
      await copyTo(join(home, OWN));
      await cp(join(home, OWN, SHARD), join(home, OWN, "model-00001-of-00007.safetensors"));
    },
  },
  {
    cause: "zeroed",
    happens: async (home) => {
      await copyTo(join(home, OWN));
      const bytes = await readFile(join(home, OWN, SHARD));
      await writeFile(join(home, OWN, SHARD), bytes.fill(0, Math.floor(bytes.length / 2)));
    },
  },
  {
    cause: "broken-link",
    happens: async (home) => {
      const snapshot = await cached(home);
      await rm(await blobOf(snapshot, SHARD));
    },
  },
  {
    cause: "shared-blob-gone",
    happens: async (home) => {
      const snapshot = await cached(home);
      const blob = await blobOf(snapshot, SHARD);
      await rm(blob);
      await symlink("../../blobs/ab/gone", blob);
    },
  },
  {
    cause: "container-path",
    happens: async (home) => {
      await copyTo(join(home, OWN));
      await rm(join(home, OWN, SHARD));
      const container =
        "/var/mobile/Containers/Data/Application/01234567-89AB-CDEF-0123-456789ABCDEF";
      await symlink(`${container}/Documents/${SHARD}`, join(home, OWN, SHARD));
    },
  },
  {
    cause: "half-download",
    // The other tool's part is left over when the model is whole, and is then told as that.
    steps: 2,
    happens: async (home) => {
      const blobs = join(home, HUB, "models--mlx-community--SmolLM-135M-Instruct-4bit", "blobs");
      await mkdir(blobs, { recursive: true });
      await writeFile(join(blobs, `${"b".repeat(64)}.1a2b3c4d.incomplete`), "the beginning");
    },
  },
  {
    cause: "icloud-root",
    level: "warning",
    happens: async (home) => {
      await copyTo(join(home, OWN));
      await mkdir(join(home, "Library/Mobile Documents/com~apple~CloudDocs/Documents"), {
        recursive: true,
      });
    },
  },
  {
    cause: "duplicate",
    level: "warning",
    happens: async (home) => {
      assert.equal((await type(home, ["download", REPOSITORY])).exitCode, 0);
      await copyTo(join(home, ".lmstudio/models", REPOSITORY));
    },
  },
  {
    cause: "purgeable-cache",
    level: "warning",
    happens: (home) => copyTo(join(home, "Library/Caches/models", REPOSITORY)),
  },
];

/** A copy in the hub's default cache, as the official client would have it; it is in no variable. */
async function cached(home: string): Promise<string> {
  const words = ["download", REPOSITORY, "--layout", "hf-cache", "--root", join(home, HUB)];
  const { stdout, exitCode, stderr } = await type(home, words);
  assert.equal(exitCode, 0, stderr);
  return stdout.trim().split("\n").at(-1) ?? "";
}

async function blobOf(snapshot: string, path: string): Promise<string> {
  const names = await readdir(join(snapshot, "../../blobs"));
  const size = model.find((file) => file.path === path)?.bytes;
  for (const name of names) {
    const blob = join(snapshot, "../../blobs", name);
    if (size !== undefined && Buffer.compare(await readFile(blob), size) === 0) return blob;
  }
  throw new Error(`no blob of ${path}`);
}

for (const { cause, level = "error", steps = 1, happens } of CASES) {
  test(`doctor: ${cause}: its command mends it`, async () => {
    const home = join(place, cause);
    await mkdir(home);
    await happens(home);
    const first = await diagnosed(home);
    const finding = first.find((one) => one.cause === cause);
    assert.ok(finding, `it found ${JSON.stringify(first)}`);
    assert.equal(finding.level, level);
    assert.ok(finding.command, "it names no command");
    let left: readonly Told[] = [finding];
    for (let at = 0; at < steps && left[0]?.command !== undefined; at++) {
      await typeCommand(home, left[0].command);
      left = await diagnosed(home);
      assert.ok(
        left.every((one) => one.cause !== cause || one.detail !== finding.detail),
        finding.command,
      );
    }
    assert.deepEqual(left, [], finding.command);
  });
}

test("doctor: a misplaced model with a link that leads nowhere: its commands mend it", async () => {
  const home = join(place, "misplaced link");
  await copyTo(join(home, FLAT));
  await rm(join(home, FLAT, "tokenizer.json"));
  await symlink("../gone.json", join(home, FLAT, "tokenizer.json"));
  for (let steps = 0; steps < 3; steps++) {
    const [first] = await diagnosed(home);
    assert.ok(first?.command, `after ${steps} commands there is none`);
    await typeCommand(home, first.command);
  }
  assert.deepEqual(await diagnosed(home), []);
});

test("doctor is silent about what is sound, and its exit code says so", async () => {
  const home = join(place, "sound");
  await copyTo(join(home, OWN));
  const sound = await type(home, ["doctor"]);
  assert.deepEqual([sound.exitCode, sound.stdout], [0, "1 model looked at, nothing is wrong\n"]);
  await rm(join(home, OWN, SHARD));
  const { exitCode, stdout } = await type(home, ["doctor"]);
  assert.equal(exitCode, 1);
  assert.match(stdout, /^error: missing-shard: .*\n {2}mlx-layout download /);
});

test("doctor --fix shows and does what is safe, and a command about a misplaced model names the move", async () => {
  const home = join(place, "story");
  await copyTo(join(home, FLAT));
  for (const command of ["status", "check", "path", "run"]) {
    const words = command === "run" ? ["--prompt", "hi"] : [];
    const { exitCode, stderr } = await type(home, [command, REPOSITORY, ...words]);
    assert.equal(exitCode, 1, command);
    assert.match(
      stderr,
      /mlx-layout migrate mlx-community\/SmolLM-135M-Instruct-4bit --from /,
      command,
    );
  }
  const { exitCode, stdout, stderr } = await type(home, ["doctor", join(home, FLAT), "--fix"]);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^Will do:\n {2}mlx-layout migrate .*\nDone\.\n1 model looked at, nothing/);
  for (const command of ["check", "path"])
    assert.equal((await type(home, [command, REPOSITORY])).exitCode, 0, command);
  await rename(join(home, OWN), join(home, "elsewhere"));
  assert.equal((await type(home, ["doctor", REPOSITORY])).exitCode, 1);
});

test("doctor says what sharing would free, and hides nothing behind what may not be read", async () => {
  const home = join(place, "twice");
  await copyTo(join(home, OWN));
  await copyTo(join(home, ".lmstudio/models", REPOSITORY));
  const found = await diagnosed(home);
  assert.deepEqual(
    found.map(({ cause, level }) => [cause, level]),
    [["duplicate", "warning"]],
  );
  assert.match(found[0]?.detail ?? "", /one copy would free \d+ bytes/);
});
