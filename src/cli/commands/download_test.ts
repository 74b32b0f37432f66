import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import type { DownloadRequest, DownloadResult, Progress, UrlRequest } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import type { CliManager } from "../cli_environment.ts";
import { Interruption } from "../exit_code.ts";
import { DIRECTORY, ROOT, runScripted as run } from "../scripted_run.ts";

const RESULT: DownloadResult = {
  directory: DIRECTORY,
  commit: "c0ffee",
  files: [
    { path: "config.json", sizeBytes: 1000 },
    { path: "model.safetensors", sizeBytes: 2_000_000 },
  ],
  bytesFetched: 2_000_000,
  offline: false,
};
const PROGRESS: Progress = {
  phase: "transfer",
  bytesDone: 1_000_000,
  bytesTotal: 2_001_000,
  filesDone: 1,
  filesTotal: 2,
  fraction: 0.49,
};

test("download prints the directory last on stdout, and progress and a summary on stderr", async () => {
  const { exitCode, stdout, stderr } = await run("download org/name", {
    download: async (_, options) => {
      options?.onProgress?.(PROGRESS);
      return RESULT;
    },
  });
  assert.equal(exitCode, 0);
  assert.equal(stdout, `${DIRECTORY}\n`);
  assert.match(
    stderr,
    /^ 49 % {2}1\.00 MB of 2\.00 MB {2}1\/2 files\nDone: 2 files, 2\.00 MB; fetched 2\.00 MB in 0 s\n$/,
  );
});

test("download --quiet prints the directory and nothing else", async () => {
  const { stdout, stderr } = await run("download org/name --quiet", {
    download: async (_, options) => {
      options?.onProgress?.(PROGRESS);
      return RESULT;
    },
  });
  assert.equal(stdout, `${DIRECTORY}\n`);
  assert.equal(stderr, "");
});

test("download --json prints an object for each event, the result last, and nothing on stderr", async () => {
  const { stdout, stderr } = await run("download org/name --json", {
    download: async (_, options) => {
      options?.onProgress?.(PROGRESS);
      options?.onProgress?.(PROGRESS);
      options?.onProgress?.({ ...PROGRESS, phase: "publish" });
      return RESULT;
    },
  });
  const events: unknown[] = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(events, [
    { schema: "mlx-layout/output/1", event: "progress", ...PROGRESS },
    { schema: "mlx-layout/output/1", event: "progress", ...PROGRESS, phase: "publish" },
    { schema: "mlx-layout/output/1", event: "result", ...RESULT },
  ]);
  assert.equal(stderr, "");
});

test("download rewrites its line on a terminal and clears it before a failure is reported", async () => {
  const { stderr } = await run(
    "download org/name",
    {
      download: async (_, options) => {
        options?.onProgress?.(PROGRESS);
        throw new ModelError("disk-full", "Cannot go on");
      },
    },
    { isTerminal: true },
  );
  assert.ok(stderr.startsWith("\r 49 % "));
  assert.ok(stderr.endsWith("\u001b[K\r\u001b[Kmlx-layout: Cannot go on\n"));
});

test("download says when nothing had to be fetched, and when the hub was not asked", async () => {
  const kept = await run("download org/name", {
    download: async () => ({ ...RESULT, bytesFetched: 0 }),
  });
  assert.equal(kept.stderr, "Up to date: 2 files, 2.00 MB\n");
  const download = async () => ({ ...RESULT, bytesFetched: 0, offline: true });
  const off = await run("download org/name --offline", { download });
  assert.match(off.stderr, /^The hub was not asked; the local copy is complete/);
  const away = await run("download org/name", { download });
  assert.match(away.stderr, /^The hub gave no answer; the local copy is complete/);
});

test("download names the patterns that no file matches", async () => {
  const download = async () => RESULT;
  const { stderr, exitCode } = await run("download org/name --include *.json --include voices/*", {
    download,
  });
  assert.match(stderr, /No file matches voices\/\*\n$/);
  assert.doesNotMatch(stderr, /matches \*\.json/);
  assert.equal(exitCode, 0);
});

test("download passes every option on, and none that was not given", async () => {
  const asked: DownloadRequest[] = [];
  const download = async (request: DownloadRequest) => {
    asked.push(request);
    return RESULT;
  };
  const full =
    "download org/name --revision refs/pr/1 --layout lmstudio --include *.json --include *.txt --exclude a* --endpoint https://hub.test --token hf_secret --concurrency 3 --offline";
  await run(full, { download });
  await run("download org/name", { download });
  assert.deepEqual(asked, [
    {
      repository: "org/name",
      revision: "refs/pr/1",
      layout: "lmstudio",
      include: ["*.json", "*.txt"],
      exclude: ["a*"],
      endpoint: "https://hub.test",
      token: "hf_secret",
      concurrency: 3,
      offline: true,
    },
    { repository: "org/name" },
  ]);
});

test("download of an address asks for the file with its hash", async () => {
  const asked: UrlRequest[] = [];
  const hash = "Ab".repeat(32);
  const { exitCode, root, stdout } = await run(
    `download https://files.test/a.safetensors --root ${DIRECTORY} --sha256 ${hash}`,
    {
      downloadUrl: async (request) => {
        asked.push(request);
        return { ...RESULT, commit: "" };
      },
    },
  );
  assert.equal(exitCode, 0);
  assert.equal(root, DIRECTORY);
  assert.equal(stdout, `${DIRECTORY}\n`);
  assert.deepEqual(asked, [
    { url: "https://files.test/a.safetensors", sha256: hash.toLowerCase() },
  ]);
});

test("download --dry-run lists files with sizes and what would be fetched", async () => {
  const plan = {
    repository: "org/name",
    commit: "c0ffee",
    directory: DIRECTORY,
    files: [
      { path: "config.json", sizeBytes: 1000, action: "keep", bytesKept: 1000 },
      { path: "a.safetensors", sizeBytes: 20_000_000, action: "resume", bytesKept: 5_000_000 },
      { path: "b\u001b.safetensors", sizeBytes: 30_000_000, action: "fetch", bytesKept: 0 },
    ],
    bytesTotal: 50_001_000,
    bytesToFetch: 45_000_000,
  } as const;
  const human = await run("download org/name --dry-run", { planDownload: async () => plan });
  assert.equal(human.exitCode, 0);
  assert.equal(
    human.stdout,
    [
      "keep    1.00 kB  config.json",
      "resume  20.0 MB  a.safetensors        5.00 MB are here",
      "fetch   30.0 MB  b\\u{1b}.safetensors",
      "3 files, 50.0 MB at commit c0ffee; 45.0 MB to fetch",
      `${DIRECTORY}\n`,
    ].join("\n"),
  );
  const json = await run("download org/name --dry-run --json", { planDownload: async () => plan });
  assert.deepEqual(JSON.parse(json.stdout), {
    schema: "mlx-layout/output/1",
    event: "plan",
    ...plan,
  });
});

test("download --dry-run says which runtimes would load the model, and ends as the chosen one answers", async () => {
  const plan = {
    repository: "org/name",
    commit: "c0ffee",
    directory: DIRECTORY,
    files: [{ path: "config.json", sizeBytes: 1000, action: "fetch", bytesKept: 0 }],
    bytesTotal: 1000,
    bytesToFetch: 1000,
    model: {
      repository: "org/name",
      commit: "a".repeat(40),
      kind: "language",
      architecture: "nosuch",
      canLoad: false,
      runtimes: [
        {
          runtime: "mlx-lm",
          from: "0.22.0",
          before: undefined,
          loads: false,
          why: ['it has no architecture "nosuch"'],
          remedy: "use a newer mlx-lm",
        },
      ],
      findings: [],
      downloadBytes: 1000,
      weightBytes: 0,
      quantization: undefined,
      parameterCount: 0,
      tensorCount: 0,
      peakMemory: undefined,
      bytesRead: 700,
      alternatives: ["use a newer mlx-lm"],
    },
  } as const;
  const planDownload = async () => plan;
  const human = await run("download org/name --dry-run", { planDownload });
  assert.equal(human.exitCode, 0);
  assert.match(
    human.stdout,
    /^mlx-lm 0\.22\.0 and later: no, because it has no architecture "nosuch"/m,
  );
  assert.match(human.stdout, /^no known runtime loads it; instead: use a newer mlx-lm$/m);
  assert.ok(human.stdout.endsWith(`${DIRECTORY}\n`));
  const chosen = await run("download org/name --dry-run --runtime mlx-lm --json", { planDownload });
  assert.equal(chosen.exitCode, 1);
  assert.equal(JSON.parse(chosen.stdout).model.canLoad, false);
  const { model: _, ...unknown } = plan;
  const modelError = { code: "gated", message: "Accept the licence" } as const;
  const gated = await run("download org/name --dry-run --runtime mlx-lm", {
    planDownload: async () => ({ ...unknown, modelError }),
  });
  assert.equal(gated.exitCode, 1);
  assert.match(gated.stdout, /^which runtimes load it is not known: Accept the licence$/m);
});

for (const [signal, expected] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`${signal} cancels the download, says how to go on, and exits with ${expected}`, async () => {
    const controller = new AbortController();
    const download: CliManager["download"] = (_, options) =>
      new Promise((_resolve, reject) => {
        options?.signal?.addEventListener("abort", () =>
          reject(new ModelError("cancelled", "The caller cancelled")),
        );
        controller.abort(new Interruption(signal));
      });
    const world = { signal: controller.signal };
    const { exitCode, stdout, stderr } = await run("download org/name --json", { download }, world);
    assert.equal(exitCode, expected);
    assert.match(stderr, /retry the command/);
    assert.equal(stderr.split("\n").length, 2);
    assert.match(stdout, /^\{"event":"error","code":"cancelled"/);
  });
}

test("a download that was interrupted too late succeeds", async () => {
  const controller = new AbortController();
  const download = async () => {
    controller.abort(new Interruption("SIGINT"));
    return RESULT;
  };
  const { exitCode } = await run("download org/name", { download }, { signal: controller.signal });
  assert.equal(exitCode, 0);
});

test("no token is ever printed", async () => {
  for (const [token, line] of [
    ["hf_option", "download org/name --json --token hf_option"],
    ["hf_variable", "download org/name --json"],
  ] as const) {
    const { stdout, stderr } = await run(
      line,
      { download: () => Promise.reject(new ModelError("internal", `Cannot send ${token}`)) },
      { config: { root: ROOT, env: { HF_TOKEN: "hf_variable" } } },
    );
    assert.doesNotMatch(stdout + stderr, new RegExp(token));
    assert.match(stderr, /Cannot send \[token\]/);
  }
});

const MISUSES = [
  ["download", /missing required argument 'models'/],
  ["download org/name --layout flat", /'--layout <layout>' argument 'flat' is invalid/],
  ["download org/name --concurrency 0", /Expected a positive integer\./],
  ["download org/name --concurrency 1.5", /Expected a positive integer\./],
  ["download org/name --endpoint hub.test", /begins with https/],
  ["download org/name --sha256 abc", /64 hexadecimal digits/],
  [`download org/name --sha256 ${"a".repeat(64)}`, /'--sha256' cannot be used with ORG\/NAME/],
  ["download https://x.test/a --dry-run", /'--dry-run' cannot be used with a URL/],
  ["download https://x.test/a --include *.json", /'--include' cannot be used with a URL/],
  ["download org/name --runtime mlx-lm", /'--runtime' can only be used with --dry-run/],
  ["download org/name --dry-run --runtime nosuch", /must be one of mlx-lm/],
  ["download https://x.test/a --all-runtimes", /'--all-runtimes' cannot be used with a URL/],
  ["download org/name --unknown", /unknown option '--unknown'/],
] as const;

for (const [line, message] of MISUSES) {
  test(`"${line}" is a misuse`, async () => {
    const { exitCode, stdout, stderr } = await run(line);
    assert.equal(exitCode, 2);
    assert.equal(stdout, "");
    assert.match(stderr, message);
  });
}

test("download --into-cache takes the hub's cache where the official client has it", async () => {
  const asked: unknown[] = [];
  const download: CliManager["download"] = async (request) => {
    asked.push(request);
    return RESULT;
  };
  const downloadIn = (env: Readonly<Record<string, string>>) =>
    run("download org/name --into-cache", { download }, { config: { root: ROOT, env } });
  assert.equal(
    (await downloadIn({ HOME: "/home/me" })).root,
    resolve("/home/me/.cache/huggingface/hub"),
  );
  assert.equal((await downloadIn({ HOME: "/home/me", HF_HOME: "/hf" })).root, resolve("/hf/hub"));
  assert.equal((await downloadIn({ HF_HUB_CACHE: "/cache" })).root, resolve("/cache"));
  assert.deepEqual(asked[0], { repository: "org/name", layout: "hf-cache" });
  const homeless = await downloadIn({});
  assert.equal(homeless.exitCode, 2);
  assert.match(homeless.stderr, /Cannot find the hub's cache: .*set HF_HOME/);
  const both = await run("download org/name --into-cache --root /models", { download });
  assert.equal(both.exitCode, 2);
});
