/**
 * Somebody hands over what the browser shows: the address of the hub's page about a file, of a model's page, or one that only looks so;
 * or what is no address at all.
 *
 * Invariants checked:
 * - A file's page stands for the file at that revision; what only looks like a page is an address like any other.
 * - A model's page is refused as wrong use, before anything is asked for, and nothing is kept; so is what is no address.
 * - An address in which a percent sign stands for itself is refused as well, or taken as it stands.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { Fetch } from "../../../spec/mod.ts";
import {
  answeredBy,
  errorOf,
  exists,
  needsOwnProcess,
  patternedBytes,
  readBytes,
  readTree,
  wireLog,
} from "../../../harness/internal.ts";
import { scenario } from "../../../harness/mod.ts";

const REPOSITORY = "someone/of-the-page";
/** Hosts of the hub's pages, whatever endpoint is set. */
const PAGE_ORIGINS = ["https://huggingface.co", "https://www.huggingface.co", "https://hf.co"];
/** What an endpoint's own path can be. */
const PREFIXES = ["", "", "/mirror", "/a/mirror"];
/** Names that no organization has. */
const OTHER_PAGES = ["api", "datasets", "spaces", "models", "docs", "collections", "papers"];
const MODEL_PAGES = [
  "",
  "/",
  "/tree",
  "/tree/main",
  "/tree/main/",
  "/tree/main/deep",
  "/tree/refs%2Fpr%2F1",
  "/blob",
  "/blob/main",
  "/blob/main/",
  "/commits/main",
  "/discussions",
  "/discussions/3",
];
const URIS = [
  "hf://someone/of-the-page",
  "hf://someone/of-the-page/",
  "hf://models/someone/of-the-page",
  "hf://someone/of-the-page@main",
  "hf://someone/of-the-page@refs/pr/1",
];

/** What no reader of addresses takes for one: without a scheme or a host, or with a host or a port that is none. */
const NO_ADDRESSES = [
  "",
  "/files/weights.bin",
  "https://",
  "https://[::1/weights.bin",
  "https://hub.test:99999/weights.bin",
  "https://hub.test:port/weights.bin",
  "https://hub test/weights.bin",
  "https://%zz/weights.bin",
];

export const anyPage = scenario({
  name: "download/any_page",
  covers: ["DL-PAGE-FILE", "DL-OTHER-WAY", "ERROR-KIND"],
  goals: ["a file's page", "a model's page", "what looks like a page", "no address"],
  given: {
    sizeBytes: fc.integer({ min: 1, max: 500 }),
    kind: fc.constantFrom(
      "file",
      "file",
      "model",
      "model",
      "model",
      "file itself",
      "other page",
      "stranger",
      "no address",
      "no address",
      "not encoded",
    ),
    path: fc.constantFrom("weights.bin", "deep/er/weights.bin", "two words.bin", "größe.bin"),
    isPullRequest: fc.boolean(),
    query: fc.constantFrom("", "?download=true", "#L1"),
    origin: fc.constantFrom(undefined, undefined, ...PAGE_ORIGINS),
    prefix: fc.constantFrom(...PREFIXES),
    nth: fc.nat({ max: 999 }),
  },
  async check(given, world, verdict) {
    needsOwnProcess(world, "a program finds no other host than the hub's");
    const { sizeBytes, kind, path, isPullRequest, query, origin, prefix, nth } = given;
    const { hub } = world;
    const bytes = patternedBytes(sizeBytes);
    hub.publish(REPOSITORY, [{ path, bytes, lfs: true }]);
    const revision = isPullRequest ? "refs/pr/1" : "main";
    if (isPullRequest) {
      hub.publish(REPOSITORY, [{ path, bytes: patternedBytes(sizeBytes, { salt: 9 }), lfs: true }]);
      hub.publish(REPOSITORY, [{ path, bytes, lfs: true }], { revision });
    }
    // Where another host is named, the hub answers for it without a path of its own.
    const base = origin ?? hub.endpoint + prefix;
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    const tail = `${encodeURIComponent(revision)}/${encoded}${query}`;
    const name = encoded.slice(encoded.lastIndexOf("/") + 1);
    // A file right below the host is of no organization.
    const others = ["", ...OTHER_PAGES].map((page) =>
      page === "" ? `${base}/${name}` : `${base}/${page}/${nth % 2 ? "a/blob/main/" : ""}${name}`,
    );
    const models = [...MODEL_PAGES.map((page) => `${base}/${REPOSITORY}${page}`), ...URIS];
    const url = {
      file: `${base}/${REPOSITORY}/blob/${tail}`,
      "file itself": `${base}/${REPOSITORY}/resolve/${tail}`,
      model: models[nth % models.length] ?? "",
      "other page": others[nth % others.length] ?? "",
      "no address": NO_ADDRESSES[nth % NO_ADDRESSES.length] ?? "",
      "not encoded": `${base}/50%.bin`,
      // A host with the same path, but for the hub's own.
      stranger: hub.serveUrl(`/${REPOSITORY}/blob/main/${path}`, bytes),
    }[kind];
    const isServed = kind === "other page" || kind === "not encoded";
    const wire = wireLog();
    const subject = world.start({
      env: { HF_ENDPOINT: hub.endpoint + prefix },
      fetch: (fetch) =>
        wire.watch(
          PAGE_ORIGINS.reduce(
            (inner, host) => answeredBy(inner, { host, hub: hub.endpoint }),
            mirrored(served(fetch, { address: isServed ? url : "", bytes }), {
              endpoint: hub.endpoint,
              prefix,
            }),
          ),
        ),
    });
    const outcome = subject.downloadUrl({ url });
    const isRefused = kind === "not encoded" && (await errorOf(() => outcome)) !== undefined;
    if (kind === "model" || kind === "no address" || isRefused) {
      const id = kind === "model" ? "DL-PAGE-FILE" : "DL-OTHER-WAY";
      await verdict.fails(id, () => outcome, ["invalid-argument"]);
      const asked = wire.requests.length;
      verdict.holds(id, asked === 0, `${asked} requests were sent`);
      const left = (await readTree(world.files, world.root)).filter((one) => one.kind === "file");
      verdict.holds(id, left.length === 0, () => `${left[0]?.path} is on the disk`);
      verdict.reached(kind === "model" ? "a model's page" : "no address");
      return;
    }
    const id = kind === "file" ? "DL-PAGE-FILE" : "DL-OTHER-WAY";
    const { directory } = await verdict.attempt(id, () => outcome);
    const place = join(directory, kind === "not encoded" ? "50%.bin" : decodeURIComponent(name));
    const isThere = directory.startsWith(world.root) && (await exists(world.files, place));
    verdict.holds(id, isThere, `${place} is not there`);
    const found = await readBytes(world.files, place);
    verdict.holds(id, Buffer.from(found).equals(bytes), "it has other bytes");
    verdict.reached(kind === "file" ? "a file's page" : "what looks like a page");
  },
});

/** A hub below a path of its own. */
function mirrored(
  fetch: Fetch,
  options: { readonly endpoint: string; readonly prefix: string },
): Fetch {
  const own = options.endpoint + options.prefix;
  return (url, request) =>
    fetch(url.startsWith(`${own}/`) ? options.endpoint + url.slice(own.length) : url, request);
}

/** Has one address answer with these bytes. */
function served(
  fetch: Fetch,
  options: { readonly address: string; readonly bytes: Uint8Array },
): Fetch {
  const { address, bytes } = options;
  const { pathname } = address === "" ? { pathname: undefined } : new URL(address);
  return (url, request) => {
    if (pathname === undefined || !pathname.endsWith(new URL(url).pathname))
      return fetch(url, request);
    const fields: Readonly<Record<string, string>> = {
      "content-length": String(bytes.length),
      "content-type": "application/octet-stream",
    };
    return Promise.resolve({
      status: 200,
      headers: { get: (name: string) => fields[name.toLowerCase()] ?? null },
      body: request.method === "HEAD" ? null : ReadableStream.from([bytes]),
    });
  };
}
