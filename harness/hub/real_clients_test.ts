import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, relative, sep } from "node:path";
import { existsSync } from "node:fs";
import { test } from "node:test";
import type { FaultRule } from "./faults/fault_rule.ts";
import { serveHub } from "./fronts/http_front.ts";
import type { HubFile } from "./hub_file.ts";
import type { HubStyle } from "./hub_style.ts";
import { SimulatedHub } from "./simulated_hub.ts";
import { findPython } from "../subjects/find_python.ts";

// The mock is held against clients that were written for the real hub.
const python = findPython() ?? "";
const noPython =
  python === ""
    ? "no Python with huggingface_hub: run npm run subjects, or set MLX_LAYOUT_PYTHON"
    : false;
const curl = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "curl"))
  .find((path) => existsSync(path));
const noCurl = curl === undefined ? "curl is not installed" : false;

const BIG = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 31) % 253);
const FILES: readonly HubFile[] = [
  { path: "config.json", bytes: BIG.subarray(0, 900), lfs: false },
  { path: "empty.txt", bytes: new Uint8Array(), lfs: false },
  { path: "1_Pooling/config.json", bytes: BIG.subarray(7, 400), lfs: false },
  { path: "odd/é b%20c#d?.json", bytes: BIG.subarray(9, 500), lfs: false },
  { path: "model-00001-of-00002.safetensors", bytes: BIG, lfs: true },
  { path: "model-00002-of-00002.safetensors", bytes: BIG.subarray(1), lfs: true },
];

// Prints nothing when all is well, and the error's class otherwise.
const SNAPSHOT = `
import sys
from huggingface_hub import snapshot_download
try:
    snapshot_download(sys.argv[1], revision=sys.argv[2], local_dir=sys.argv[3], token=sys.argv[4] or False)
except Exception as error:
    print(type(error).__name__, end="")
`;

interface Run {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { PATH: process.env["PATH"] ?? "", ...env },
      timeout: 60_000,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() });
    });
  });
}

async function snapshot(
  hub: SimulatedHub,
  folder: string,
  { id = "org/name", revision = "main", token = "" } = {},
): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "mlx-layout-home-"));
  try {
    const done = await run(python, ["-c", SNAPSHOT, id, revision, folder, token], {
      HOME: home,
      HF_HOME: home,
      HF_ENDPOINT: hub.endpoint,
      HF_HUB_DISABLE_XET: "1",
      HF_HUB_DISABLE_TELEMETRY: "1",
      HF_HUB_DISABLE_PROGRESS_BARS: "1",
    });
    assert.equal(done.code, 0, done.stderr);
    return done.stdout.toString();
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function tree(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Buffer>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join("/");
    if (entry.isFile() && !name.startsWith(".cache/")) files.set(name, await readFile(path));
  }
  return files;
}

function assertTree(actual: ReadonlyMap<string, Buffer>, files: readonly HubFile[]): void {
  assert.deepEqual([...actual.keys()].sort(), files.map((file) => file.path).sort());
  for (const { path, bytes } of files) {
    assert.ok(actual.get(path)?.equals(bytes), `${path} has other bytes`);
  }
}

interface Given {
  readonly style?: Partial<HubStyle>;
  readonly faults?: readonly FaultRule[];
}

async function served(
  { style = {}, faults = [] }: Given,
  use: (hub: SimulatedHub, folder: string) => Promise<void>,
): Promise<void> {
  const hub = new SimulatedHub({
    now: () => 1_800_000_000_000,
    faults,
    style: { namesErrorToAnonymous: true, ...style },
  });
  hub.publish("org/name", FILES, { libraryName: "mlx" });
  const front = await serveHub(hub);
  const folder = await mkdtemp(join(tmpdir(), "mlx-layout-real-"));
  try {
    await use(hub, folder);
    assert.deepEqual(hub.harnessErrors, []);
  } finally {
    await front.close();
    await rm(folder, { recursive: true, force: true });
  }
}

// The client does not read every legal `Link`: a `;` in quotes, two relations in one `rel`, an
// upper-case name and a relative address are left out here.
const STYLES: readonly (readonly [string, Partial<HubStyle>])[] = [
  ["of today", {}],
  [
    "with cached small files, pages and rate limits",
    { smallFiles: "resolve-cache", pageSize: 2, rateLimitHeaders: true },
  ],
  [
    "of a plain mirror with weak tags",
    { lfsFiles: "direct", etagStyle: "weak", directoryEntries: false },
  ],
  ["that compresses small files", { gzipSmallFiles: true }],
  ["with tight links", { pageSize: 3, linkStyle: "tight" }],
  ["with unquoted links", { pageSize: 3, linkStyle: "unquoted" }],
  ["with a parameter before rel", { pageSize: 3, linkStyle: "parameter-first" }],
  ["with several links", { pageSize: 3, linkStyle: "several-links" }],
];

for (const [name, style] of STYLES) {
  test(`huggingface_hub downloads from a hub ${name}`, { skip: noPython }, async () => {
    await served({ style }, async (hub, folder) => {
      assert.equal(await snapshot(hub, folder), "");
      assertTree(await tree(folder), FILES);
      const kinds = new Set(hub.log.map((exchange) => exchange.kind));
      assert.ok(kinds.has("info") && kinds.has("tree") && kinds.has("resolve"));
      assert.equal(kinds.has("cdn"), style.lfsFiles !== "direct");
      assert.ok(
        hub.log.every(
          (exchange) => exchange.kind !== "cdn" || exchange.authorization === undefined,
        ),
      );
    });
  });
}

test("huggingface_hub names the hub's errors", { skip: noPython }, async () => {
  await served({}, async (hub, folder) => {
    hub.publish("org/gated", FILES);
    hub.gate("org/gated", { tokens: ["hf_right"] });
    hub.publish("org/private", FILES.slice(0, 2));
    hub.requireToken("org/private", "hf_right");
    // A folder that holds nothing, because the client takes any that does for an answer.
    const gone = join(folder, "gone");
    const asked = [
      await snapshot(hub, gone, { id: "org/none" }),
      await snapshot(hub, gone, { id: "org/none", token: "hf_any" }),
      await snapshot(hub, gone, { revision: "none" }),
      await snapshot(hub, gone, { id: "org/private", token: "hf_wrong" }),
      await snapshot(hub, gone, { id: "org/gated" }),
      await snapshot(hub, gone, { id: "org/gated", token: "hf_wrong" }),
    ];
    assert.deepEqual(asked, [
      "RepositoryNotFoundError",
      "RepositoryNotFoundError",
      "RevisionNotFoundError",
      "RepositoryNotFoundError",
      "GatedRepoError",
      "GatedRepoError",
    ]);
    const open = join(folder, "open");
    assert.equal(await snapshot(hub, open, { id: "org/private", token: "hf_right" }), "");
    assertTree(await tree(open), FILES.slice(0, 2));
  });
});

test(
  "huggingface_hub follows a rename and a revision with slashes",
  { skip: noPython },
  async () => {
    await served({}, async (hub, folder) => {
      hub.publish("org/name", FILES.slice(0, 3), { revision: "refs/pr/1" });
      hub.rename("org/name", "other/name");
      assert.equal(await snapshot(hub, folder, { revision: "refs/pr/1" }), "");
      assertTree(await tree(folder), FILES.slice(0, 3));
    });
  },
);

test("huggingface_hub resumes where the connection closed", { skip: noPython }, async () => {
  // The client writes in pieces of 10 MiB and resumes after the last whole one.
  const files = [{ path: "big.safetensors", bytes: new Uint8Array(12_000_000).fill(7), lfs: true }];
  const faults: FaultRule[] = [
    { match: { kind: "cdn", path: "big*" }, do: { type: "cut", atByte: 11_000_000, how: "fin" } },
  ];
  await served({ faults }, async (hub, folder) => {
    hub.publish("org/big", files);
    assert.equal(await snapshot(hub, folder, { id: "org/big" }), "");
    assertTree(await tree(folder), files);
    assert.deepEqual(hub.firedCounts(), [1]);
    const bodies = hub.log.filter(({ kind, method }) => kind === "cdn" && method === "GET");
    assert.deepEqual(
      bodies.map(({ range, status }) => `${status} ${range}`),
      ["200 undefined", "206 bytes=10485760-"],
    );
  });
});

test("curl follows redirects, takes ranges and resumes", { skip: noCurl }, async () => {
  await served({ style: { smallFiles: "resolve-cache" } }, async (hub, folder) => {
    const program = curl ?? "curl";
    const url = (path: string) => `${hub.endpoint}/org/name/resolve/main/${path}`;
    const small = await run(program, ["-sSfL", url("odd/%C3%A9%20b%2520c%23d%3F.json")]);
    assert.ok(small.stdout.equals(BIG.subarray(9, 500)), small.stderr);
    const shard = url("model-00001-of-00002.safetensors");
    const part = await run(program, ["-sSfL", "-r", "5-9", shard]);
    assert.ok(part.stdout.equals(BIG.subarray(5, 10)), part.stderr);
    const suffix = await run(program, ["-sSfL", "-r", "-3", shard]);
    assert.ok(suffix.stdout.equals(BIG.subarray(-3)), suffix.stderr);
    const target = join(folder, "shard");
    await writeFile(target, BIG.subarray(0, 1_000_000));
    const resumed = await run(program, ["-sSfL", "-C", "-", "-o", target, shard]);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.ok((await readFile(target)).equals(BIG));
    assert.equal(
      (
        await run(program, [
          "-sSL",
          "-o",
          join(folder, "x"),
          "-w",
          "%{http_code}",
          "-r",
          "3000000-",
          shard,
        ])
      ).stdout.toString(),
      "416",
    );
  });
});

test(
  "curl undoes compression and sees each kind of broken connection",
  { skip: noCurl },
  async () => {
    await served({ style: { gzipSmallFiles: true, lfsFiles: "direct" } }, async (hub) => {
      const program = curl ?? "curl";
      const config = `${hub.endpoint}/org/name/resolve/main/config.json`;
      const shard = `${hub.endpoint}/org/name/resolve/main/model-00001-of-00002.safetensors`;
      const zipped = await run(program, ["-sSf", "--compressed", config]);
      assert.ok(zipped.stdout.equals(BIG.subarray(0, 900)), zipped.stderr);
      // curl's exit codes: 18 partial file, 28 time is up, 56 receive failure, 47 too many redirects.
      const codes: number[] = [];
      for (const action of [
        { type: "cut", atByte: 9, how: "fin" },
        { type: "cut", atByte: 9, how: "rst" },
        { type: "cut", atByte: 9, how: "stall" },
        { type: "content-length", byBytes: 5 },
        { type: "reset" },
        { type: "no-answer" },
        { type: "redirect-loop" },
      ] as const) {
        hub.faults = [{ match: {}, do: action }];
        const done = await run(program, ["-sS", "-L", "--max-time", "2", shard]);
        codes.push(done.code ?? -1);
      }
      assert.deepEqual(codes, [18, 56, 28, 18, 56, 28, 47]);
    });
  },
);
