/**
 * What real users run into, on the command as it is: none of it is an internal error, none shows a stack or a foreign
 * warning, and everything that is said with `--json` is of the schema.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { tinyLlama } from "../../harness/models/mod.ts";
import { listenHttp } from "../node/http_listener.ts";
import { nodeHost } from "../node_host.ts";
import { SharedModelManager } from "../shared_model_manager.ts";
import { runCli } from "./run_cli.ts";
import { assertOutput } from "./scripted_run.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
/** Commands at a time. */
const JOBS = 4;

const place = await mkdtemp(join(tmpdir(), "mlx-layout-faults-"));
after(() => rm(place, { recursive: true, force: true }));

/** Answers of a hub to a request, by the first part of the repository's name. */
const ANSWERS: Readonly<Record<string, (response: ServerResponse, url: string) => void>> = {
  absent: (response) => response.writeHead(404).end(),
  private: (response) => response.writeHead(401, { "x-error-code": "RepoNotFound" }).end(),
  gated: (response) => response.writeHead(403, { "x-error-code": "GatedRepo" }).end(),
  legal: (response) => response.writeHead(451).end("gone"),
  teapot: (response) => response.writeHead(418).end(),
  page: (response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<html>Please log in</html>"),
  blocked: (response) =>
    response.writeHead(403, { "content-type": "text/html" }).end("<html>Blocked</html>"),
  empty: (response) => response.writeHead(200).end(),
  words: (response) => json(response, '"hello"'),
  nothing: (response) => json(response, "null"),
  list: (response) => json(response, "[]"),
  half: (response) => json(response, '{"sha": "c0'),
  numbers: (response) => json(response, '{"sha": 12, "siblings": 4}'),
  shaless: (response) => json(response, "{}"),
  binary: (response) => response.writeHead(200).end(Buffer.from([0xff, 0xfe, 0, 1])),
  gzip: (response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(Buffer.from("no gzip")),
  loop: (response, url) => response.writeHead(302, { location: url }).end(),
  nowhere: (response) => response.writeHead(302).end(),
  "file-scheme": (response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
  "bad-location": (response) => response.writeHead(302, { location: "http://[" }).end(),
  "cdn-away": (response) =>
    response.writeHead(302, { location: "http://127.0.0.1:1/cdn/file.safetensors" }).end(),
  headers: (response) => response.writeHead(200, { "x-long": "x".repeat(40_000) }).end("{}"),
  "not-http": (response) => response.socket?.end("SSH-2.0-OpenSSH_9.9\r\n"),
  treeless: (response, url) =>
    url.includes("/revision/") ? json(response, sha()) : response.writeHead(404).end(),
  "tree-odd": (response, url) =>
    json(response, url.includes("/revision/") ? sha() : '[{"path": 3}, null, "x"]'),
  "tree-climbs": (response, url) =>
    json(response, url.includes("/revision/") ? sha() : tree("../../outside/config.json")),
  "tree-empty": (response, url) => json(response, url.includes("/revision/") ? sha() : "[]"),
  "tree-long": (response, url) =>
    json(response, url.includes("/revision/") ? sha() : tree(`${"n".repeat(300)}.json`, ...PARTS)),
  "files-absent": (response, url) =>
    url.includes("/resolve/")
      ? response.writeHead(404).end()
      : json(response, url.includes("/revision/") ? sha() : tree(...PARTS)),
  "files-wrong": (response, url) =>
    url.includes("/resolve/")
      ? response.writeHead(200).end("wrong")
      : json(response, url.includes("/revision/") ? sha() : tree(...PARTS)),
};
const PARTS = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];

function json(response: ServerResponse, body: string): void {
  response.writeHead(200, { "content-type": "application/json" }).end(body);
}
function sha(): string {
  return JSON.stringify({ sha: "0123456789abcdef0123456789abcdef01234567" });
}
function tree(...paths: string[]): string {
  return JSON.stringify(
    paths.map((path) => ({ type: "file", path, size: 5, oid: "0".repeat(40) })),
  );
}

const hub = createServer((request, response) => {
  const { url = "" } = request;
  const [, name = ""] = /\/org\/([a-z-]+)/.exec(url) ?? /\/files\/([a-z-]+)\/file/.exec(url) ?? [];
  (ANSWERS[name] ?? ANSWERS["absent"])?.(response, url);
}).listen(0, "127.0.0.1");
await once(hub, "listening");
after(() => {
  hub.closeAllConnections();
  hub.close();
});
const address = hub.address();
assert.ok(address !== null && typeof address === "object");
const HUB = `http://127.0.0.1:${address.port}`;

interface Run {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs a command as `main.ts` does, on this machine and its network, without a second attempt. */
async function run({ args, env = {} }: Run) {
  const written = { stdout: "", stderr: "" };
  const exitCode = await runCli([...args, "--json"], {
    openHost: nodeHost,
    config: { root: "", env: { HOME: join(place, "home"), HF_ENDPOINT: HUB, ...env } },
    stdout: { write: (more) => (written.stdout += more) },
    stderr: { write: (more) => (written.stderr += more) },
    isTerminal: false,
    signal: new AbortController().signal,
    version: "1.2.3",
    listen: listenHttp,
    createManager: (host, config) =>
      new SharedModelManager(host, config, { retry: { attemptsMax: 1 } }),
  });
  return { ...written, exitCode };
}

/** Runs commands side by side, and holds what is said of each. */
async function runAll(runs: readonly Run[]): Promise<ReadonlyMap<string, number>> {
  const codes = new Map<string, number>();
  const waiting = [...runs];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { stdout, stderr, exitCode } = await run(next);
      const name = `${next.args.join(" ")} ${JSON.stringify(next.env ?? {})}: ${stderr}${stdout}`;
      assert.ok([0, 1, 2].includes(exitCode), name);
      assert.doesNotMatch(stderr, /^ {4}at |node:internal|Warning|\[object|undefined/m, name);
      assertOutput(stdout);
      const last = stdout.split("\n").at(-2) ?? "{}";
      const { event, code = "none" } = JSON.parse(last) as { event?: string; code?: string };
      if (exitCode !== 0 && stdout === "") assert.match(stderr, /^error: /m, name);
      if (event === "error") assert.notEqual(code, "internal", name);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: JOBS }, work));
  return codes;
}

test("no answer of a hub is an internal error", { timeout: 300_000 }, async (context) => {
  const root = join(place, "hubs");
  const codes = await runAll(
    Object.keys(ANSWERS).flatMap((name): Run[] => [
      { args: ["download", `org/${name}`, "--root", root] },
      { args: ["download", `${HUB}/files/${name}/file.safetensors`, "--root", root] },
    ]),
  );
  context.diagnostic(JSON.stringify(Object.fromEntries(codes)));
  assert.ok(codes.size > 8, "the faults are of many kinds");
});

test("a host that the hub redirects to and that does not answer is named", async () => {
  const url = `${HUB}/files/cdn-away/file.safetensors`;
  const { stderr } = await run({ args: ["download", url, "--root", join(place, "hubs")] });
  assert.match(
    stderr,
    /Cannot fetch "http:\/\/127\.0\.0\.1:1\/cdn\/file\.safetensors": the connection was refused/,
  );
});

test("no argument and no variable is an internal error", { timeout: 300_000 }, async (context) => {
  const root = join(place, "arguments");
  const ids = [
    "",
    " ",
    "/",
    "org/",
    "/name",
    "org/name/more",
    "../..",
    "org/..",
    "~/x",
    "a/b?c",
    "Ä/ö",
    "o/n\n",
    "-/-",
    "https://",
    "http://[",
    "http://h:99999/x",
    "ftp://h/x",
    "http:///x",
    `${HUB}/a%00b`,
    `${HUB}/%ZZ`,
    `${HUB}/..%2f..`,
    `${HUB}/`,
    "org/" + "n".repeat(300),
  ];
  const values: Readonly<Record<string, readonly string[]>> = {
    HF_ENDPOINT: [
      " ",
      "ftp://a.test",
      "http://",
      "http://[",
      "http://h:99999",
      "http://u:p w@127.0.0.1:1",
      "a.test",
    ],
    HF_TOKEN: ["hf_\u00e9", "a b", "\t"],
    HTTP_PROXY: ["foo://p", "http://[", "://", "http://p:99999"],
    NO_PROXY: ["[", "1.2.3.4/99", ",,", "*.*"],
    SSL_CERT_FILE: ["/nowhere/ca.pem", place, MAIN],
    HF_HOME: [MAIN, "/dev/null", "relative/place"],
    HF_TOKEN_PATH: [place, "/dev/null"],
    HF_HUB_CACHE: ["/dev/null", MAIN],
    HF_HUB_ETAG_TIMEOUT: ["ten", "-1", "1e9", "999999999999"],
    HF_HUB_DOWNLOAD_TIMEOUT: ["soon"],
    MLX_LAYOUT_ROOT: ["/dev/null/x", "/proc/nothing"],
    HOME: ["", "/nowhere"],
  };
  const runs: Run[] = ids.map((id) => ({ args: ["download", id, "--root", root] }));
  for (const [name, all] of Object.entries(values)) {
    for (const value of all) {
      const env = { [name]: value };
      const roots = name === "MLX_LAYOUT_ROOT" || name === "HOME" ? [] : ["--root", root];
      runs.push({ args: ["download", "org/absent", ...roots], env });
      if (name.startsWith("HF_H") || name === "HOME") {
        runs.push({ args: ["list", ...roots], env });
        runs.push({ args: ["download", "org/absent", "--layout", "hf-cache", ...roots], env });
      }
    }
  }
  for (const revision of ["", "..", "a b", "refs/../x", "x".repeat(300)])
    runs.push({ args: ["download", "org/absent", "--revision", revision, "--root", root] });
  for (const glob of ["", "[", "**/**/**", "../*", "/etc/*"])
    runs.push({ args: ["download", "org/treeless", "--include", glob, "--root", root] });
  for (const bad of ["", "/dev/null", "/dev/null/x", MAIN, "/proc/self", `/tmp/${"d".repeat(300)}`])
    for (const command of ["list", "status", "download", "remove", "check", "migrate"])
      runs.push({
        args: [command, ...(command === "list" ? [] : ["org/files-absent"]), "--root", bad],
      });
  const codes = await runAll(runs);
  context.diagnostic(`${runs.length} commands: ${JSON.stringify(Object.fromEntries(codes))}`);
});

test("nothing on the disk is an internal error", { timeout: 300_000 }, async (context) => {
  const runs: Run[] = [];
  for (const [name, spoil] of Object.entries(DISKS)) {
    const root = join(place, "disks", name);
    const directory = join(root, "models", "org", "name");
    for (const { path, bytes } of tinyLlama().files) {
      await mkdir(join(directory, path, ".."), { recursive: true });
      await writeFile(join(directory, path), bytes);
    }
    await spoil(directory, root);
    for (const command of ["status", "verify", "check", "plan", "path"])
      runs.push({ args: [command, "org/name", "--root", root] });
    runs.push({ args: ["list", "--root", root] });
    runs.push({ args: ["download", "org/files-absent", "--root", root] });
    runs.push({
      args: ["migrate", "org/name", "--layout", "lmstudio", "--dry-run", "--root", root],
    });
  }
  const codes = await runAll(runs);
  context.diagnostic(`${runs.length} commands: ${JSON.stringify(Object.fromEntries(codes))}`);
});

const MARKER = ".downloaded";

/** What may stand in a model's directory. */
const DISKS: Readonly<Record<string, (directory: string, root: string) => Promise<unknown>>> = {
  sound: async () => undefined,
  "marker-garbage": (directory) => writeFile(join(directory, MARKER), "{"),
  "marker-null": (directory) => writeFile(join(directory, MARKER), "null"),
  "marker-directory": (directory) => mkdir(join(directory, MARKER)),
  "cache-a-file": (directory) => writeFile(join(directory, ".cache"), "x"),
  "config-directory": (directory) => again(directory, "config.json", (path) => mkdir(path)),
  "config-link": (directory) =>
    again(directory, "config.json", (path) => symlink("/nowhere", path)),
  "config-loop": (directory) =>
    again(directory, "config.json", (path) => symlink("config.json", path)),
  "config-words": (directory) => again(directory, "config.json", (path) => writeFile(path, '"x"')),
  "config-deep": (directory) =>
    again(directory, "config.json", (path) => writeFile(path, "[".repeat(200_000))),
  "weights-words": (directory) =>
    again(directory, "model.safetensors", (path) => writeFile(path, "no weights")),
  "weights-empty": (directory) =>
    again(directory, "model.safetensors", (path) => writeFile(path, "")),
  "tokenizer-words": (directory) =>
    again(directory, "tokenizer.json", (path) => writeFile(path, "[]")),
  "a-file": (directory) => again(directory, "", (path) => writeFile(path, "x")),
  "a-link": (directory) => again(directory, "", (path) => symlink(place, path)),
  "models-a-file": (_, root) => again(root, "models", (path) => writeFile(path, "x")),
};

async function again(
  directory: string,
  name: string,
  make: (path: string) => Promise<unknown>,
): Promise<void> {
  await rm(join(directory, name), { recursive: true });
  await make(join(directory, name));
}
