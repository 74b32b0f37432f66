import assert from "node:assert/strict";
import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import type {
  CheckReport,
  ListedModel,
  MigrationRequest,
  ModelRequest,
  ModelStatus,
  SubjectConfig,
} from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { nodeHost } from "../node_host.ts";
import type { CliManager, CliEnvironment } from "./cli_environment.ts";
import { runCli } from "./run_cli.ts";

const ROOT = resolve("/models");
const DIRECTORY = resolve("/models/models/org/name");

/** Runs the command over a manager that answers what it is told to, and nothing else. */
async function run(
  line: string,
  answers: Partial<CliManager> = {},
  options: Partial<CliEnvironment> = {},
) {
  const written = { stdout: "", stderr: "" };
  const places: SubjectConfig[] = [];
  const refuse = (name: string) => () => Promise.reject(new Error(`${name} was not expected`));
  const manager: CliManager = {
    download: refuse("download"),
    downloadUrl: refuse("downloadUrl"),
    planDownload: refuse("planDownload"),
    locate: refuse("locate"),
    status: refuse("status"),
    verify: refuse("verify"),
    list: refuse("list"),
    remove: refuse("remove"),
    migrate: refuse("migrate"),
    check: refuse("check"),
    checkDirectory: refuse("checkDirectory"),
    plan: refuse("plan"),
    downloadDelegated: refuse("downloadDelegated"),
    planDirectory: refuse("planDirectory"),
    run: refuse("run"),
    ...answers,
  };
  const exitCode = await runCli(
    line.split(" ").filter((arg) => arg !== ""),
    {
      host: nodeHost(),
      config: { root: ROOT, env: {} },
      stdout: { write: (text) => (written.stdout += text) },
      stderr: { write: (text) => (written.stderr += text) },
      isTerminal: false,
      signal: new AbortController().signal,
      version: "1.2.3",
      createManager: (_, config) => {
        places.push(config);
        return manager;
      },
      ...options,
    },
  );
  return { exitCode, root: places[0]?.root, ...written };
}

test("no command is a misuse that shows the help", async () => {
  const { exitCode, stdout, stderr } = await run("");
  assert.equal(exitCode, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /Usage: mlx-layout/);
});

test("an unknown command is a misuse", async () => {
  const { exitCode, stderr } = await run("frobnicate");
  assert.equal(exitCode, 2);
  assert.match(stderr, /unknown command 'frobnicate'/);
});

test("--help and --version print and succeed", async () => {
  const help = await run("--help");
  assert.equal(help.exitCode, 0);
  const commands = "download list path status verify check plan run bench remove migrate";
  for (const command of commands.split(" ")) {
    assert.match(help.stdout, new RegExp(`^  ${command} `, "m"));
  }
  assert.match(help.stdout, /MLX_LAYOUT_ROOT/);
  const version = await run("--version");
  assert.equal(version.exitCode, 0);
  assert.equal(version.stdout, "1.2.3\n");
});

test("the root is that of --root, else of MLX_LAYOUT_ROOT, else the default", async () => {
  const list = async () => [];
  const config = { root: ROOT, env: { MLX_LAYOUT_ROOT: "~/elsewhere", HOME: resolve("/home") } };
  assert.equal((await run("list --root ~/here", { list }, { config })).root, resolve("/home/here"));
  assert.equal((await run("list", { list }, { config })).root, resolve("/home/elsewhere"));
  assert.equal((await run("list", { list })).root, ROOT);
});

const LISTED: ListedModel = {
  directory: DIRECTORY,
  layout: "hubapi",
  repository: "org/name",
  modelId: "name",
  state: "complete",
  misplaced: undefined,
  sizeBytes: 1_234_567,
};

test("list prints a table with directories relative to the root, and names the misplaced", async () => {
  const flat: ListedModel = {
    ...LISTED,
    directory: join(ROOT, "name"),
    layout: "flat",
    repository: undefined,
    state: "unknown",
    misplaced: DIRECTORY,
    sizeBytes: 12,
  };
  const { exitCode, stdout } = await run("list", { list: async () => [LISTED, flat] });
  assert.equal(exitCode, 0);
  const relative = join("models", "org", "name");
  assert.equal(
    stdout,
    [
      "STATE     LAYOUT  REPOSITORY  MODEL ID     SIZE  DIRECTORY",
      `complete  hubapi  org/name    name      1.23 MB  ${relative}`,
      `unknown   flat    -           name         12 B  name             misplaced: MLX looks in ${relative}`,
      "",
    ].join("\n"),
  );
});

test("list --json prints the models, and an empty root is no failure", async () => {
  const json = await run("list --json", { list: async () => [LISTED] });
  const { misplaced: _, ...defined } = LISTED;
  assert.deepEqual(JSON.parse(json.stdout), [defined]);
  const none = await run("list", { list: async () => [] });
  assert.equal(none.exitCode, 0);
  assert.equal(none.stdout, "");
  assert.equal(none.stderr, `There are no models under ${ROOT}\n`);
});

test("--layout and --revision say which model on the disk is meant", async () => {
  const asked: ModelRequest[] = [];
  const locate = async (request: ModelRequest) => {
    asked.push(request);
    return DIRECTORY;
  };
  await run("path org/name --layout hf-cache --revision v1", { locate });
  assert.deepEqual(asked, [{ repository: "org/name", layout: "hf-cache", revision: "v1" }]);
  assert.equal((await run("path org/name --layout nowhere", { locate })).exitCode, 2);
});

test("migrate shows the plan before it moves, and takes it back on request", async () => {
  const steps: string[] = [];
  const migrate = async ({ step, from }: MigrationRequest) => {
    steps.push(step);
    return {
      from: from ?? "/root/smollm",
      to: DIRECTORY,
      files: ["config.json"],
      leftBehind: [".DS_Store"],
      isDone: step !== "plan",
    };
  };
  const moved = await run("migrate org/name", { migrate });
  assert.equal(moved.exitCode, 0);
  assert.match(moved.stdout, /^From .*\nto .*\n {2}config\.json\nThese stay: \.DS_Store\nMoved\./);
  assert.deepEqual(steps, ["plan", "move"]);
  await run("migrate org/name --dry-run", { migrate });
  assert.deepEqual(steps, ["plan", "move", "plan"]);
  await run("migrate org/name --undo", { migrate });
  assert.deepEqual(steps, ["plan", "move", "plan", "undo"]);
});

test("path prints the directory of a model that is here", async () => {
  const asked: ModelRequest[] = [];
  const locate = async (request: ModelRequest) => {
    asked.push(request);
    return DIRECTORY;
  };
  const { exitCode, stdout } = await run("path org/name", { locate });
  assert.equal(exitCode, 0);
  assert.equal(stdout, `${DIRECTORY}\n`);
  assert.deepEqual(asked, [{ repository: "org/name" }]);
  const json = await run("path org/name --json", { locate });
  assert.deepEqual(JSON.parse(json.stdout), { repository: "org/name", directory: DIRECTORY });
});

test("path of a model that is not here fails and says what to do", async () => {
  const locate = async () => undefined;
  const { exitCode, stdout, stderr } = await run("path org/name", { locate });
  assert.equal(exitCode, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /not downloaded: run "mlx-layout download org\/name"/);
  const json = await run("path org/name --json", { locate });
  assert.match(json.stdout, /^\{"event":"error","code":"not-downloaded"/);
});

const INCOMPLETE: ModelStatus = {
  state: "incomplete",
  directory: DIRECTORY,
  faults: [
    { path: "model-00001-of-00002.safetensors", fault: "missing", detail: "it is not there" },
    { path: "config.json", fault: "hash", detail: "sha256 is 12, not 34" },
  ],
};

const ANSWERS = [
  [
    { state: "complete", directory: DIRECTORY, commit: "c0ffee" },
    0,
    `org/name: complete at commit c0ffee\n${DIRECTORY}\n`,
  ],
  [
    INCOMPLETE,
    1,
    `org/name: incomplete, 2 files are wrong
  missing  model-00001-of-00002.safetensors: it is not there
  hash     config.json: sha256 is 12, not 34
${DIRECTORY}\n`,
  ],
  [
    { state: "unknown", directory: DIRECTORY, why: "it has no marker" },
    1,
    `org/name: unknown as it has no marker\n${DIRECTORY}\n`,
  ],
] as const satisfies readonly (readonly [ModelStatus, number, string])[];

for (const command of ["status", "verify"] as const) {
  for (const [status, exitCode, text] of ANSWERS) {
    test(`${command} tells that a model is ${status.state} and exits with ${exitCode}`, async () => {
      const human = await run(`${command} org/name`, { [command]: async () => status });
      assert.equal(human.stdout, text);
      assert.equal(human.exitCode, exitCode);
      const json = await run(`${command} org/name --json`, { [command]: async () => status });
      assert.deepEqual(JSON.parse(json.stdout), { repository: "org/name", ...status });
      assert.equal(json.exitCode, exitCode);
    });
  }
}

test("status says how an incomplete model is repaired", async () => {
  const { stderr } = await run("status org/name", { status: async () => INCOMPLETE });
  assert.match(stderr, /^Run "mlx-layout download org\/name"/);
});

test("verify shows progress on a terminal and nowhere else", async () => {
  const verify: CliManager["verify"] = async (_, options) => {
    options?.onProgress?.({
      phase: "transfer",
      bytesDone: 1,
      bytesTotal: 2,
      filesDone: 0,
      filesTotal: 1,
      fraction: 0.5,
    });
    return { state: "complete", directory: DIRECTORY, commit: "" };
  };
  const seen = await run("verify org/name", { verify }, { isTerminal: true });
  assert.ok(seen.stderr.startsWith("\r 50 % "));
  assert.ok(seen.stderr.endsWith("\r\u001b[K"));
  assert.equal((await run("verify org/name", { verify })).stderr, "");
});

const SOUND: CheckReport = {
  directory: DIRECTORY,
  loadable: true,
  findings: [],
  architecture: "llama",
  parameterCount: 134_515_008,
  tensorCount: 272,
  quantization: "4-bit, groups of 64",
  weightFiles: ["model.safetensors"],
};

test("check of a sound model prints one line of what it is", async () => {
  const { exitCode, stdout } = await run("check org/name", {
    locate: async () => DIRECTORY,
    check: async () => SOUND,
  });
  assert.equal(exitCode, 0);
  assert.equal(stdout, "loadable: llama, 135 M parameters, 4-bit, groups of 64, 272 tensors\n");
});

test("check of a broken model prints its findings, one a line, and fails", async () => {
  const report: CheckReport = {
    ...SOUND,
    loadable: false,
    architecture: undefined,
    quantization: undefined,
    parameterCount: 8_030_000_000,
    findings: [
      {
        cause: "truncated",
        path: "model.safetensors",
        detail: "1 byte is missing",
        level: "error",
      },
      { cause: "appledouble", path: "._a\u0007", detail: "a sidecar", level: "warning" },
    ],
  };
  const answers = { locate: async () => DIRECTORY, check: async () => report };
  const { exitCode, stdout } = await run("check org/name", answers);
  assert.equal(exitCode, 1);
  assert.equal(
    stdout,
    `error: truncated: model.safetensors: 1 byte is missing
warning: appledouble: ._a\\u{7}: a sidecar
not loadable: unknown architecture, 8.03 B parameters, not quantized, 272 tensors, 1 error
`,
  );
  const json = await run("check org/name --json", answers);
  assert.equal(json.exitCode, 1);
  assert.deepEqual(JSON.parse(json.stdout), JSON.parse(JSON.stringify(report)));
});

test("check takes a path for a directory, and a name for a model before a directory of that name", async () => {
  const parent = await mkdtemp(join(tmpdir(), "check-"));
  const before = process.cwd();
  try {
    await mkdir(join(parent, "org", "name"), { recursive: true });
    process.chdir(parent);
    const here = process.cwd();
    const checkDirectory = async (directory: string) => ({ ...SOUND, architecture: directory });
    const locate = async () => undefined;
    const checked = async (model: string, answers: Partial<CliManager>) =>
      (await run(`check ${model}`, answers)).stdout.split(" ")[1];
    assert.equal(await checked(parent, { checkDirectory }), `${parent},`);
    for (const model of ["./org/name", "org/name/", "org/../org/name"]) {
      assert.equal(await checked(model, { checkDirectory }), `${join(here, "org", "name")},`);
    }
    assert.equal(
      await checked("org/name", { checkDirectory, locate }),
      `${join(here, "org", "name")},`,
    );
    const check = async () => SOUND;
    assert.equal(await checked("org/name", { check, locate: async () => DIRECTORY }), "llama,");
    assert.equal(await checked("org/absent", { check, locate }), "llama,");
  } finally {
    process.chdir(before);
    await rm(parent, { recursive: true });
  }
});

test("remove prints how many bytes came free", async () => {
  const result = { directory: DIRECTORY, bytesFreed: 1_234_567 };
  const human = await run("remove org/name", { remove: async () => result });
  assert.equal(human.exitCode, 0);
  assert.equal(human.stdout, `Removed ${DIRECTORY}: 1.23 MB freed (1234567 bytes)\n`);
  const json = await run("remove org/name --json", { remove: async () => result });
  assert.deepEqual(JSON.parse(json.stdout), result);
});

test("remove of what is not here fails with the manager's message", async () => {
  const { exitCode, stderr } = await run("remove org/name", {
    remove: () => Promise.reject(new ModelError("not-downloaded", "Cannot remove")),
  });
  assert.equal(exitCode, 1);
  assert.equal(stderr, "mlx-layout: Cannot remove\n");
});
