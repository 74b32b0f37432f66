/**
 * The environment, read by ours and by the real `huggingface_hub`, variable by variable and value by value.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { nodeFiles } from "../../harness/internal.ts";
import { findPython } from "../../harness/subjects/find_python.ts";
import type { Environment } from "../../spec/mod.ts";
import { chooseProxy } from "../../src/hub/choose_proxy.ts";
import { HubEnvironment } from "../../src/hub/environment.ts";
import { readHubSettings } from "../../src/hub/hub_settings.ts";

const python = findPython() ?? "";
const skip =
  python === ""
    ? "no Python with huggingface_hub: run npm run subjects, or set MLX_LAYOUT_PYTHON"
    : false;

/** Reads the constants anew under each environment; prints what it finds as JSON. */
const READ = `
import importlib, json, os, sys
import huggingface_hub
from huggingface_hub import constants
from huggingface_hub.utils._headers import get_token_to_send
kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
found = []
def token():
    try:
        return get_token_to_send(None)
    except OSError:
        return None  # a directory in the file's place: ours goes on without a token
for env in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(kept | env)
    try:
        importlib.reload(constants)
        found.append({
            "endpoint": constants.ENDPOINT, "home": constants.HF_HOME,
            "cache": constants.HF_HUB_CACHE, "tokenPath": constants.HF_TOKEN_PATH,
            "offline": constants.HF_HUB_OFFLINE, "token": token(),
            "etagTimeout": constants.HF_HUB_ETAG_TIMEOUT,
            "downloadTimeout": constants.HF_HUB_DOWNLOAD_TIMEOUT,
        })
    except ValueError:
        found.append("refused")
print(json.dumps({"version": huggingface_hub.__version__, "found": found}))
`;

/** Asks the HTTP client of the hub's tools which way each address goes. */
const CHOOSE = `
import json, os, ssl, sys
try:
    import httpx2 as httpx
except ImportError:
    print(json.dumps(None)); sys.exit()
kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
ways = []
context = ssl.create_default_context()
for url, env in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(kept | env)
    client = httpx.Client(verify=context)
    target = httpx.URL(url)
    mounts = (mount for pattern, mount in client._mounts.items() if pattern.matches(target))
    ways.append(next(mounts, None) is not None)
print(json.dumps(ways))
`;

/** The defaults of the official client, where ours leave the choice to the caller. */
const OFFICIAL_TIMEOUT_SECONDS = 10;

const WORDS = ["1", "0", "on", "ON", "yes", "Yes", "true", "TRUE", "False", "no", "2", "01", " 1"];
const PATHS = (top: string) => [
  `${top}/a`,
  `${top}/a/`,
  "~",
  "~/a b",
  "~nobody-of-this-name/a",
  "$HOME/a",
  "${HOME}/a",
  "$HOME_/a",
  "${NOT_SET}/a",
  "$STORE/$HOME",
  "~/$STORE",
  "/a/$",
  "/a/${",
  "/a/$1",
];

/** Values, by variable; each is tried alone, and beside a login in each place. */
const VALUES = (top: string): Readonly<Record<string, readonly string[]>> => ({
  HF_ENDPOINT: ["https://a.test", "https://a.test/", "https://a.test//", "http://a.test:8/x/y/"],
  HF_HOME: PATHS(top),
  XDG_CACHE_HOME: PATHS(top),
  HF_HUB_CACHE: PATHS(top),
  HUGGINGFACE_HUB_CACHE: PATHS(top),
  HF_TOKEN_PATH: [...PATHS(top), `${top}/tokens/line-end`, `${top}/tokens/blank`],
  HF_TOKEN: ["hf_variable", " hf_variable ", "hf_variable\n"],
  HUGGING_FACE_HUB_TOKEN: ["hf_older", "hf_older\r\n"],
  HF_HUB_OFFLINE: WORDS,
  TRANSFORMERS_OFFLINE: WORDS,
  HF_HUB_DISABLE_IMPLICIT_TOKEN: WORDS,
  HF_HUB_ETAG_TIMEOUT: ["1", "600", "0", " 30 ", "+7", "1.5", "ten", "1e2"],
  HF_HUB_DOWNLOAD_TIMEOUT: ["1", "600", "0", " 30 ", "+7", "1.5", "ten", "1e2"],
});

/** Values on which ours differs, and why: the table in `spec/hub.md` says so too. */
const DIFFERENCES: readonly (readonly [env: Environment, ours: unknown, why: string])[] = [
  [{ HF_ENDPOINT: " https://a.test " }, "https://a.test", "blanks are not part of an address"],
  [{ HF_ENDPOINT: '"https://a.test"' }, "https://a.test", "quotes are not part of an address"],
  [{ HF_ENDPOINT: "" }, "https://huggingface.co", "an empty variable is not set"],
  [{ HF_ENDPOINT: "a.test" }, "refused", "the official client fails at its first request"],
];

test("ours and huggingface_hub read each variable alike", { skip }, async (context) => {
  await inHome(async ({ top, base }) => {
    const environments: Environment[] = [base];
    for (const [name, values] of Object.entries(VALUES(top))) {
      for (const value of values) {
        environments.push({ ...base, [name]: value });
        environments.push({ ...base, HF_HOME: `${top}/hf`, [name]: value });
        const others = { TRANSFORMERS_OFFLINE: "1", HF_TOKEN: "hf_x" };
        environments.push({ ...base, ...others, [name]: value });
      }
    }
    const { version, found } = (await ask(READ, environments)) as Official;
    for (const [at, env] of environments.entries()) {
      assert.deepEqual(await read(env), tidy(found[at]), JSON.stringify(env));
    }
    context.diagnostic(
      `huggingface_hub ${version}: ${environments.length} environments, ${Object.keys(VALUES(top)).length} variables, no difference`,
    );
  });
});

test(
  "ours differs from huggingface_hub where it is said to, and nowhere else",
  { skip },
  async () => {
    await inHome(async ({ base }) => {
      const environments = DIFFERENCES.map(([env]) => ({ ...base, ...env }));
      const { found } = (await ask(READ, environments)) as Official;
      for (const [at, [env, ours, why]] of DIFFERENCES.entries()) {
        const read = readEndpoint(env);
        assert.equal(read, ours, why);
        const official = found[at];
        assert.ok(typeof official === "object");
        assert.notEqual(official.endpoint, read, `no longer a difference: ${why}`);
      }
    });
  },
);

test(
  "ours and the HTTP client of huggingface_hub send each request the same way",
  { skip },
  async (context) => {
    const urls = [
      "http://127.0.0.1:8080/x",
      "http://[::1]:8080/x",
      "http://localhost/x",
      "https://hub.a.test/x",
      "https://a.test:8443/x",
      "http://10.1.2.3/x",
    ];
    const entries = [
      "localhost",
      "127.0.0.1",
      "127.0.0.0/8",
      "::1",
      "[::1]",
      "::1/128",
      "10.0.0.0/8",
      "10.1.2.3/33",
      "a.test",
      "*.a.test",
      ".test",
      "ub.a.test",
      "a.test:8443",
      "localhost,127.0.0.0/8,::1",
      "*",
      "",
    ];
    const cases = urls.flatMap((url) =>
      entries.flatMap((NO_PROXY) =>
        [{ HTTP_PROXY: "http://p:1" }, { ALL_PROXY: "p:1" }, { https_proxy: "http://p:1" }].map(
          (proxies): [string, Environment] => [url, { ...proxies, NO_PROXY }],
        ),
      ),
    );
    const ways = (await ask(CHOOSE, cases)) as boolean[] | null;
    if (ways === null) {
      context.skip("this huggingface_hub has an older HTTP client");
      return;
    }
    for (const [at, [url, env]] of cases.entries()) {
      // As in curl, a star or a dot before a name also covers the name itself.
      const isDotted = /^\*?\./.test(env["NO_PROXY"] ?? "") && url.includes("//a.test");
      if (isDotted) continue;
      assert.equal(chooseProxy(url, env) !== undefined, ways[at], `${url} ${JSON.stringify(env)}`);
    }
    context.diagnostic(`${cases.length} requests, no difference`);
  },
);

// Helpers

interface Reading {
  readonly endpoint: string;
  readonly home: string;
  readonly cache: string;
  readonly tokenPath: string;
  readonly offline: boolean;
  readonly token: string | null;
  readonly etagTimeout: number;
  readonly downloadTimeout: number;
}

interface Official {
  readonly version: string;
  readonly found: readonly (Reading | "refused")[];
}

async function read(env: Environment): Promise<Reading | "refused"> {
  const environment = new HubEnvironment(env);
  const { home = "", tokenPath = "", isOffline, cacheDirectory } = environment;
  try {
    const { endpoint, etagTimeoutMs, downloadTimeoutMs } = environment;
    const { token } = await readHubSettings(nodeFiles(), env, { offline: false });
    return {
      endpoint,
      home: normalize(home),
      cache: normalize(cacheDirectory ?? join(home, "hub")),
      tokenPath: normalize(tokenPath),
      offline: isOffline,
      token: token ?? null,
      etagTimeout: seconds(etagTimeoutMs),
      downloadTimeout: seconds(downloadTimeoutMs),
    };
  } catch {
    return "refused";
  }
}

function readEndpoint(env: Environment): string {
  try {
    return new HubEnvironment(env).endpoint;
  } catch {
    return "refused";
  }
}

function seconds(durationMs: number | undefined): number {
  return durationMs === undefined ? OFFICIAL_TIMEOUT_SECONDS : durationMs / 1000;
}

/** Two spellings of one path are one place. */
function tidy(reading: Reading | "refused" | undefined): Reading | "refused" | undefined {
  if (typeof reading !== "object") return reading;
  const { home, cache, tokenPath } = reading;
  return {
    ...reading,
    home: normalize(home),
    cache: normalize(cache),
    tokenPath: normalize(tokenPath),
  };
}

async function ask(script: string, input: unknown): Promise<unknown> {
  const asked = promisify(execFile)(python, ["-c", script], { maxBuffer: 64 * 1024 * 1024 });
  asked.child.stdin?.end(JSON.stringify(input));
  return JSON.parse((await asked).stdout);
}

/** A home with a login in each of the places. */
async function inHome(
  check: (context: { readonly top: string; readonly base: Environment }) => Promise<void>,
): Promise<void> {
  const top = await mkdtemp(join(tmpdir(), "mlx-layout-environment-"));
  try {
    const home = join(top, "home");
    const files = {
      [join(home, ".cache/huggingface/token")]: "hf_home\n",
      [join(home, "a b/token")]: "hf_a_b",
      [join(top, "hf/token")]: "hf_hf\r\n",
      [join(top, "tokens/line-end")]: "hf_line\nend\n",
      [join(top, "tokens/blank")]: "  \n",
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
    await check({ top, base: { HOME: home, STORE: join(top, "store") } });
  } finally {
    await rm(top, { recursive: true, force: true });
  }
}
