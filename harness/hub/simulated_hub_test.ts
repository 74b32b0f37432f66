import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { askHub } from "./fronts/ask_hub.ts";
import { gitBlobSha1, type HubFile, lfsPointer, sha256Hex } from "./hub_file.ts";
import { type HubStyle, LINK_STYLES } from "./hub_style.ts";
import { SimulatedHub } from "./simulated_hub.ts";

const config = new TextEncoder().encode('{"model_type":"llama"}');
const weights = Uint8Array.from({ length: 2000 }, (_, index) => index % 251);
const FILES: readonly HubFile[] = [
  { path: "model.safetensors", bytes: weights, lfs: true },
  { path: "config.json", bytes: config, lfs: false },
  { path: "1_Pooling/deep/a b%c.json", bytes: config, lfs: false },
];

function hubWith(style: Partial<HubStyle> = {}, files = FILES): SimulatedHub {
  const hub = new SimulatedHub({ now: () => 1000, style });
  hub.publish("org/name", files, { tags: ["mlx"], libraryName: "mlx" });
  return hub;
}

/** An independent reading of RFC 8288, as far as a client needs it. */
function nextTarget(link: string | null, base: string): string | undefined {
  const element = /<([^>]*)>((?:\s*;\s*[^=;,\s]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^",;\s]+))*)/g;
  for (const [, target, parameters] of (link ?? "").matchAll(element)) {
    for (const [, name, quoted, token] of (parameters ?? "").matchAll(
      /;\s*([^=;,\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",;\s]+))/g,
    )) {
      const relations = (quoted ?? token ?? "").toLowerCase().split(/\s+/);
      if (name?.toLowerCase() === "rel" && relations.includes("next")) {
        return new URL(target ?? "", base).href;
      }
    }
  }
  return undefined;
}

function listAll(hub: SimulatedHub, query = "?recursive=true&expand=false"): string[] {
  const paths: string[] = [];
  let url: string | undefined = `${hub.endpoint}/api/models/org/name/tree/main${query}`;
  for (let page = 0; url !== undefined; page++) {
    assert.ok(page < 100, "the listing does not end");
    const reply = askHub(hub, { url });
    assert.equal(reply.status, 200);
    const entries = reply.json();
    assert.ok(Array.isArray(entries));
    for (const entry of entries) paths.push(`${entry.type} ${entry.path}`);
    url = nextTarget(reply.headers.get("link"), url);
  }
  return paths;
}

for (const linkStyle of LINK_STYLES) {
  test(`the listing's pages follow one another when Link is spelled ${linkStyle}`, () => {
    const files = Array.from({ length: 17 }, (_, index) => ({
      path: `dir-${index % 4}/file-${index}.json`,
      bytes: config,
      lfs: false,
    }));
    const expected = listAll(hubWith({ pageSize: 1000 }, files));
    assert.equal(expected.length, 17 + 4);
    for (const pageSize of [1, 2, 5, 20, 21, 22]) {
      assert.deepEqual(listAll(hubWith({ linkStyle, pageSize }, files)), expected);
    }
  });
}

test("a listing states type, oid, size and LFS facts of every file", () => {
  const entries = askHub(hubWith(), {
    url: "/api/models/org/name/tree/main?recursive=true",
  }).json();
  assert.ok(Array.isArray(entries));
  assert.deepEqual(
    entries.find((entry) => entry.path === "config.json"),
    { type: "file", oid: gitBlobSha1(config), size: config.length, path: "config.json" },
  );
  const pointer = lfsPointer(weights);
  assert.deepEqual(
    entries.find((entry) => entry.path === "model.safetensors"),
    {
      type: "file",
      oid: gitBlobSha1(pointer),
      size: weights.length,
      path: "model.safetensors",
      lfs: { oid: sha256Hex(weights), size: weights.length, pointerSize: pointer.length },
    },
  );
});

test("a listing is of one folder unless it is recursive", () => {
  const hub = hubWith();
  assert.deepEqual(listAll(hub, ""), [
    "directory 1_Pooling",
    "file config.json",
    "file model.safetensors",
  ]);
  const folder = askHub(hub, { url: "/api/models/org/name/tree/main/1_Pooling?recursive=1" });
  assert.match(folder.text, /a b%c\.json/);
  assert.equal(askHub(hub, { url: "/api/models/org/name/tree/main/nowhere" }).status, 404);
  assert.deepEqual(listAll(hubWith({ directoryEntries: false })), [
    "file 1_Pooling/deep/a b%c.json",
    "file config.json",
    "file model.safetensors",
  ]);
});

test("HEAD is the default branch, by which @huggingface/hub asks what a repository is", () => {
  const hub = hubWith();
  const shaOf = (revision: string) => {
    const { sha } = askHub(hub, { url: `/api/models/org/name/revision/${revision}` }).json() as {
      sha?: string;
    };
    return sha;
  };
  assert.match(shaOf("HEAD") ?? "", /^[0-9a-f]{40}$/);
  assert.equal(shaOf("HEAD"), shaOf("main"));
  assert.equal(shaOf("head"), undefined);
});

test("a listing honours limit and expand, and refuses a made-up cursor", () => {
  const hub = hubWith();
  const url = "/api/models/org/name/tree/main?recursive=true";
  const limited = askHub(hub, { url: `${url}&limit=2` }).json();
  assert.ok(Array.isArray(limited) && limited.length === 2);
  assert.match(askHub(hub, { url: `${url}&expand=true` }).text, /"lastCommit"/);
  assert.equal(askHub(hub, { url: `${url}&cursor=abc` }).status, 400);
});

test("info has id, sha, tags, library and siblings, with sizes when blobs are asked for", () => {
  const hub = hubWith();
  const sha = hub.publish("org/name", FILES, { tags: ["mlx"], libraryName: "mlx" });
  const info = askHub(hub, { url: "/api/models/org/name" }).json();
  assert.deepEqual(askHub(hub, { url: "/api/models/org/name/revision/main" }).json(), info);
  assert.deepEqual(askHub(hub, { url: `/api/models/org/name/revision/${sha}` }).json(), info);
  const blobs = askHub(hub, { url: "/api/models/org/name?blobs=true" }).json();
  assert.partialDeepStrictEqual(blobs, {
    id: "org/name",
    sha,
    tags: ["mlx"],
    library_name: "mlx",
    siblings: [
      { rfilename: "1_Pooling/deep/a b%c.json", size: config.length },
      { rfilename: "config.json", size: config.length, blobId: gitBlobSha1(config) },
      { rfilename: "model.safetensors", lfs: { sha256: sha256Hex(weights), size: 2000 } },
    ],
  });
});

test("paths-info answers a JSON and a form body, and leaves out what it does not know", () => {
  const hub = hubWith();
  const url = "/api/models/org/name/paths-info/main";
  const json = { "content-type": "application/json" };
  const body = JSON.stringify({ paths: ["config.json", "nothing"] });
  const entries = askHub(hub, { method: "POST", url, headers: json, body }).json();
  assert.ok(Array.isArray(entries) && entries.length === 1);
  const form = askHub(hub, { method: "POST", url, body: "paths=config.json&paths=1_Pooling" });
  assert.partialDeepStrictEqual(form.json(), [{ path: "1_Pooling" }, { path: "config.json" }]);
  assert.equal(askHub(hub, { method: "POST", url, headers: json, body: "{" }).status, 400);
});

test("resolve sends a small file with its commit, Git's blob id and length", () => {
  const hub = hubWith();
  const sha = hub.publish("org/name", FILES);
  for (const method of ["GET", "HEAD"]) {
    const reply = askHub(hub, { method, url: "/org/name/resolve/main/config.json" });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.get("x-repo-commit"), sha);
    assert.equal(reply.headers.get("etag"), `"${gitBlobSha1(config)}"`);
    assert.equal(reply.headers.get("content-length"), String(config.length));
    assert.equal(reply.bytes.length, method === "GET" ? config.length : 0);
  }
});

test("resolve sends an LFS file by way of a signed address that expires", () => {
  let nowMs = 5000;
  const hub = new SimulatedHub({ now: () => nowMs, style: { cdnTtlMs: 100 } });
  hub.publish("org/name", FILES);
  const first = askHub(hub, { url: "/org/name/resolve/main/model.safetensors" });
  assert.equal(first.status, 302);
  assert.equal(first.headers.get("x-linked-size"), "2000");
  assert.equal(first.headers.get("x-linked-etag"), `"${sha256Hex(weights)}"`);
  assert.equal(first.headers.get("content-length"), String(first.bytes.length));
  const url = first.headers.get("location") ?? "";
  assert.ok(url.startsWith(`${hub.cdnOrigin}/`));
  assert.deepEqual(new Uint8Array(askHub(hub, { url }).bytes), weights);
  assert.equal(askHub(hub, { url: url.replace(/Expires=\d+/, "Expires=9999") }).status, 403);
  nowMs += 100;
  assert.equal(askHub(hub, { url }).status, 403);
});

test("resolve sends a small file by way of a relative address of the same host", () => {
  const hub = hubWith({ smallFiles: "resolve-cache" });
  const first = askHub(hub, { url: "/org/name/resolve/main/1_Pooling/deep/a%20b%25c.json" });
  assert.equal(first.status, 307);
  const location = first.headers.get("location") ?? "";
  assert.match(location, /^\/api\/resolve-cache\/models\/org\/name\/[0-9a-f]{40}\//);
  const second = askHub(hub, { url: location });
  assert.deepEqual(new Uint8Array(second.bytes), config);
  // Some clients drop the query when they follow.
  assert.equal(askHub(hub, { url: location.replace(/\?.*/, "") }).status, 200);
});

test("a style leaves out what it says it leaves out", () => {
  const hub = hubWith({
    lfsFiles: "direct",
    etagStyle: "weak",
    sendCommitHeader: false,
    sendContentLength: false,
  });
  const reply = askHub(hub, { url: "/org/name/resolve/main/model.safetensors" });
  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get("etag"), `W/"${sha256Hex(weights)}"`);
  assert.equal(reply.headers.get("x-repo-commit"), null);
  assert.equal(reply.headers.get("content-length"), null);
  const bare = hubWith({ sendEtag: false, sendLinkedHeaders: false, rateLimitHeaders: true });
  assert.equal(
    askHub(bare, { url: "/org/name/resolve/main/config.json" }).headers.get("etag"),
    null,
  );
  const redirect = askHub(bare, { url: "/org/name/resolve/main/model.safetensors" });
  assert.equal(redirect.headers.get("x-linked-etag"), null);
  assert.match(redirect.headers.get("ratelimit") ?? "", /^"resolvers";r=/);
});

test("a range is answered with 206, and one beyond the end with 416", () => {
  const hub = hubWith({ lfsFiles: "direct" });
  const url = "/org/name/resolve/main/model.safetensors";
  const part = askHub(hub, { url, headers: { range: "bytes=1990-" } });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get("content-range"), "bytes 1990-1999/2000");
  assert.equal(part.headers.get("content-length"), "10");
  assert.deepEqual(new Uint8Array(part.bytes), weights.subarray(1990));
  const beyond = askHub(hub, { url, headers: { range: "bytes=2000-" } });
  assert.equal(beyond.status, 416);
  assert.equal(beyond.headers.get("content-range"), "bytes */2000");
  assert.equal(askHub(hub, { method: "HEAD", url, headers: { range: "bytes=5-" } }).status, 200);
});

test("If-Range keeps the range only with the same strong tag", () => {
  const url = "/org/name/resolve/main/model.safetensors";
  const etag = `"${sha256Hex(weights)}"`;
  const hub = hubWith({ lfsFiles: "direct" });
  const range = "bytes=5-";
  assert.equal(askHub(hub, { url, headers: { range, "if-range": etag } }).status, 206);
  assert.equal(askHub(hub, { url, headers: { range, "if-range": '"other"' } }).status, 200);
  const weak = hubWith({ lfsFiles: "direct", etagStyle: "weak" });
  assert.equal(askHub(weak, { url, headers: { range, "if-range": `W/${etag}` } }).status, 200);
});

test("a compressed answer has a weak tag, no length, and ignores the range", () => {
  const hub = hubWith({ gzipSmallFiles: true });
  const url = "/org/name/resolve/main/config.json";
  const zipped = askHub(hub, {
    url,
    headers: { "accept-encoding": "gzip, br", range: "bytes=3-" },
  });
  assert.equal(zipped.status, 200);
  assert.equal(zipped.headers.get("content-encoding"), "gzip");
  assert.equal(zipped.headers.get("etag"), `W/"${gitBlobSha1(config)}"`);
  assert.equal(zipped.headers.get("content-length"), null);
  assert.equal(zipped.text, new TextDecoder().decode(config));
  for (const refused of ["identity", "br", "gzip;q=0", ""]) {
    const plain = askHub(hub, { url, headers: { "accept-encoding": refused } });
    assert.equal(plain.headers.get("content-encoding"), null);
  }
});

test("errors are told apart by status and X-Error-Code", () => {
  const hub = hubWith();
  const token = { authorization: "Bearer hf_somebody" };
  const code = (url: string, headers: Record<string, string> = {}) => {
    const reply = askHub(hub, { url, headers });
    return `${reply.status} ${reply.headers.get("x-error-code") ?? "-"}`;
  };
  assert.equal(code("/api/models/org/none"), "401 -");
  assert.equal(code("/api/models/org/none", token), "404 RepoNotFound");
  assert.equal(code("/org/none/resolve/main/config.json", token), "404 RepoNotFound");
  assert.equal(code("/api/models/org/name/revision/none"), "404 RevisionNotFound");
  assert.equal(code("/api/models/org/name/tree/none"), "404 RevisionNotFound");
  assert.equal(code("/org/name/resolve/none/config.json"), "404 RevisionNotFound");
  assert.equal(code("/org/name/resolve/main/none.json"), "404 EntryNotFound");
  const missing = askHub(hub, { url: "/org/name/resolve/main/none.json" });
  assert.match(missing.headers.get("x-repo-commit") ?? "", /^[0-9a-f]{40}$/);
  hub.remove("org/name");
  assert.equal(code("/api/models/org/name"), "401 -");
  const http = new SimulatedHub({ now: () => 0, style: { namesErrorToAnonymous: true } });
  assert.equal(
    askHub(http, { url: "/api/models/a/b" }).headers.get("x-error-code"),
    "RepoNotFound",
  );
});

test("a private repository does not exist without its token", () => {
  const hub = hubWith();
  hub.requireToken("org/name", "hf_right");
  const url = "/api/models/org/name";
  assert.equal(askHub(hub, { url }).status, 401);
  assert.equal(askHub(hub, { url, headers: { authorization: "Bearer hf_wrong" } }).status, 404);
  assert.equal(askHub(hub, { url, headers: { authorization: "Bearer hf_right" } }).status, 200);
});

test("a gated repository shows its listing with masked hashes, and keeps its files", () => {
  const hub = hubWith();
  hub.gate("org/name", { tokens: ["hf_right"] });
  const tree = "/api/models/org/name/tree/main";
  const file = "/org/name/resolve/main/config.json";
  const right = { authorization: "Bearer hf_right" };
  const wrong = { authorization: "Bearer hf_wrong" };
  assert.match(askHub(hub, { url: tree }).text, /"oid":"\*{64}"/);
  assert.doesNotMatch(askHub(hub, { url: tree, headers: right }).text, /\*\*/);
  assert.equal(askHub(hub, { url: file }).status, 401);
  assert.equal(askHub(hub, { url: file, headers: wrong }).status, 403);
  assert.equal(askHub(hub, { url: file, headers: wrong }).headers.get("x-error-code"), "GatedRepo");
  assert.equal(askHub(hub, { url: file, headers: right }).status, 200);
});

test("an old or differently cased id gets a relative redirect that keeps path and query", () => {
  const hub = hubWith();
  hub.publish("gpt2", FILES);
  hub.rename("gpt2", "openai/gpt2");
  const cases: readonly (readonly [string, string])[] = [
    ["/api/models/gpt2", "/api/models/openai/gpt2"],
    [
      "/api/models/gpt2/tree/main?recursive=true",
      "/api/models/openai/gpt2/tree/main?recursive=true",
    ],
    ["/gpt2/resolve/main/config.json", "/openai/gpt2/resolve/main/config.json"],
    ["/api/models/Org/Name/revision/main", "/api/models/org/name/revision/main"],
    ["/ORG/name/resolve/main/config.json", "/org/name/resolve/main/config.json"],
    ["/GPT2/resolve/main/config.json", "/openai/gpt2/resolve/main/config.json"],
  ];
  for (const [url, location] of cases) {
    const reply = askHub(hub, { url });
    assert.equal(reply.status, 307, url);
    assert.equal(reply.headers.get("location"), location);
    assert.equal(askHub(hub, { url: location }).status, 200);
  }
  hub.publish("Org/Name", []);
  assert.equal(askHub(hub, { url: "/api/models/Org/Name" }).status, 200);
});

test("a revision is decoded once, and a branch serves its head of the moment", () => {
  const hub = hubWith();
  const sha = hub.publish("org/name", FILES, { revision: "refs/pr/1" });
  const reply = askHub(hub, { url: "/org/name/resolve/refs%2Fpr%2F1/config.json" });
  assert.equal(reply.headers.get("x-repo-commit"), sha);
  assert.equal(askHub(hub, { url: "/org/name/resolve/refs%252Fpr%252F1/config.json" }).status, 404);
  const next = hub.publish("org/name", [], { revision: "refs/pr/1" });
  const after = askHub(hub, { url: "/org/name/resolve/refs%2Fpr%2F1/config.json" });
  assert.equal(after.status, 404);
  assert.equal(after.headers.get("x-repo-commit"), next);
  assert.equal(askHub(hub, { url: `/org/name/resolve/${sha}/config.json` }).status, 200);
});

test("a file is found under its name encoded once, and never under it encoded twice", () => {
  fc.assert(
    fc.property(
      fc
        .string({ unit: "binary", minLength: 1, maxLength: 8 })
        .filter((name) => name.isWellFormed()),
      (name) => {
        const hub = hubWith({}, [{ path: name, bytes: config, lfs: false }]);
        const once = name.split("/").map(encodeURIComponent).join("/");
        const url = `/org/name/resolve/main/${once}`;
        assert.equal(askHub(hub, { url }).status, 200);
        const twice = encodeURIComponent(once).replaceAll("%2F", "/");
        const found = askHub(hub, { url: `/org/name/resolve/main/${twice}` }).status;
        assert.equal(found, twice === once ? 200 : 404);
      },
    ),
  );
});

test("the same calls give the same commits, and other content another commit", () => {
  const first = new SimulatedHub({ now: () => 0 });
  const second = new SimulatedHub({ now: () => 1 });
  assert.equal(first.publish("a/b", FILES), second.publish("a/b", FILES.toReversed()));
  assert.notEqual(first.publish("a/b", FILES), first.publish("a/b", FILES));
  assert.notEqual(
    new SimulatedHub({ now: () => 0 }).publish("a/b", FILES),
    new SimulatedHub({ now: () => 0 }).publish("a/b", FILES.slice(1)),
  );
});

test("a plain address serves its bytes with its own tag and headers on its own host", () => {
  const hub = hubWith();
  const url = hub.serveUrl("/files/my model.bin", weights, {
    etag: '"v1"',
    headers: { "X-Extra": "1" },
    acceptRanges: false,
  });
  const reply = askHub(hub, { url, headers: { range: "bytes=5-" } });
  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get("etag"), '"v1"');
  assert.equal(reply.headers.get("x-extra"), "1");
  assert.equal(reply.headers.get("accept-ranges"), null);
  assert.deepEqual(new Uint8Array(reply.bytes), weights);
  const onCdn = hub.serveUrl("/x.bin", weights, { on: "cdn" });
  assert.ok(onCdn.startsWith(hub.cdnOrigin));
  assert.equal(askHub(hub, { url: onCdn, headers: { range: "bytes=5-" } }).status, 206);
  assert.equal(askHub(hub, { url: `${hub.urlOrigin}/none` }).status, 404);
  assert.deepEqual(
    hub.log.map((exchange) => exchange.kind),
    ["url", "url", "url"],
  );
});

test("the log tells what was asked and what was said", () => {
  const hub = hubWith();
  const headers = { authorization: "Bearer t", range: "bytes=1-", "accept-encoding": "identity" };
  const path = "/org/name/resolve/main/1_Pooling/deep/a%20b%25c.json";
  askHub(hub, { url: `${path}?x=1`, headers, proxy: "http://proxy.test:3128" });
  const [exchange] = hub.log;
  assert.partialDeepStrictEqual(exchange, {
    atMs: 1000,
    kind: "resolve",
    method: "GET",
    host: new URL(hub.endpoint).host,
    path: "/org/name/resolve/main/1_Pooling/deep/a b%c.json",
    rawPath: path,
    file: "1_Pooling/deep/a b%c.json",
    authorization: "Bearer t",
    range: "bytes=1-",
    acceptEncoding: "identity",
    proxy: "http://proxy.test:3128",
    status: 206,
    bytesPlanned: config.length - 1,
  });
  hub.clearLog();
  assert.equal(hub.log.length, 0);
});

test("an unknown route is answered 501 and is the harness's error", () => {
  const hub = hubWith();
  for (const url of ["/", "/api/whoami-v2", "/api/models/a/b/c/d"]) {
    assert.equal(askHub(hub, { url }).status, 501, url);
  }
  assert.equal(askHub(hub, { method: "DELETE", url: "/api/models/org/name" }).status, 501);
  assert.equal(hub.harnessErrors.length, 4);
  assert.equal(hub.log.at(-2)?.kind, "unknown");
});

test("a hub that notes unknown routes answers them 404", () => {
  const hub = new SimulatedHub({ now: () => 0, unknownRoutes: "noted" });
  assert.equal(askHub(hub, { url: `${hub.endpoint}//api/models/org/name` }).status, 404);
  assert.deepEqual(hub.unknownRoutes, ["GET //api/models/org/name"]);
  assert.deepEqual(hub.harnessErrors, []);
});

test("what onCommit throws keeps the commit from being made", () => {
  const hub = new SimulatedHub({
    now: () => 0,
    onCommit: (files) => {
      if (files.some(({ bytes }) => bytes.length === 0)) throw new RangeError("empty");
    },
  });
  const empty = { path: "config.json", bytes: new Uint8Array(0), lfs: false };
  assert.throws(() => hub.publish("org/name", [empty]), RangeError);
  const url = `${hub.endpoint}/api/models/org/name`;
  assert.notEqual(askHub(hub, { url }).status, 200);
});

test("a path that cannot be decoded is answered 400, and is its client's error", () => {
  const hub = hubWith();
  assert.equal(askHub(hub, { url: "/org/name/resolve/main/100%.json" }).status, 400);
  assert.deepEqual(hub.harnessErrors, []);
});

test("an offline hub refuses every connection until it is online again", () => {
  const hub = hubWith();
  hub.goOffline();
  assert.throws(() => askHub(hub, { url: "/api/models/org/name" }), /refused/);
  assert.equal(hub.log[0]?.status, 0);
  hub.goOnline();
  assert.equal(askHub(hub, { url: "/api/models/org/name" }).status, 200);
});

test("gate(), requireToken() and remove() refuse a repository that was never published", () => {
  const hub = hubWith();
  assert.throws(() => hub.gate("org/none", { tokens: [] }), /org\/none/);
  assert.throws(() => hub.remove("org/none"), /org\/none/);
});
