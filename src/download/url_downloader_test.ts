import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Fetch } from "../../spec/mod.ts";
import { nodeHost } from "../node_host.ts";
import { UrlDownloader } from "./url_downloader.ts";

const URL_OF_FILE = "https://files.test/weights.bin";
const SIZE_BYTES = 2000;
const KEPT_BYTES = 1000;

for (const { shown, isResumed } of [
  { shown: {}, isResumed: false },
  { shown: { "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT" }, isResumed: true },
  { shown: { etag: '"v1"' }, isResumed: true },
]) {
  const what = isResumed ? "goes on where it ended" : "begins anew where nothing is known of it";
  test(`UrlDownloader.download() of a file with ${JSON.stringify(shown)} ${what}`, async () => {
    const root = await mkdtemp(join(tmpdir(), "url-downloader-"));
    try {
      const controller = new AbortController();
      const ranges: (string | undefined)[] = [];
      const download = (fill: number, signal?: AbortSignal) =>
        new UrlDownloader(
          { ...nodeHost(), fetch: serving(fill, { shown, ranges, controller }) },
          { root, env: {} },
        ).download({ url: URL_OF_FILE }, { ...(signal && { signal }) });
      await assert.rejects(download(1, controller.signal), { code: "cancelled" });
      const fill = isResumed ? 1 : 2;
      const { directory } = await download(fill);
      const found = await readFile(join(directory, "weights.bin"));
      assert.deepEqual(new Set(found), new Set([fill]));
      assert.equal(found.length, SIZE_BYTES);
      const range = isResumed ? `bytes=${KEPT_BYTES}-` : undefined;
      assert.deepEqual(ranges, [undefined, range]);
    } finally {
      await rm(root, { recursive: true });
    }
  });
}

/** A server of one file; its first answer ends in a cancel. */
function serving(
  fill: number,
  context: {
    readonly shown: Readonly<Record<string, string>>;
    readonly ranges: (string | undefined)[];
    readonly controller: AbortController;
  },
): Fetch {
  const { shown, ranges, controller } = context;
  return async (_, { method, headers: asked }) => {
    const range = asked["range"];
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const headers = new Headers({
      ...shown,
      "content-length": String(SIZE_BYTES - from),
      ...(range !== undefined && {
        "content-range": `bytes ${from}-${SIZE_BYTES - 1}/${SIZE_BYTES}`,
      }),
    });
    if (method === "HEAD") return { status: 200, headers, body: null };
    ranges.push(range);
    async function* body() {
      if (controller.signal.aborted) {
        yield new Uint8Array(SIZE_BYTES - from).fill(fill);
        return;
      }
      yield new Uint8Array(KEPT_BYTES).fill(fill);
      controller.abort();
      yield new Uint8Array(SIZE_BYTES - KEPT_BYTES).fill(fill);
    }
    return { status: range === undefined ? 200 : 206, headers, body: body() };
  };
}
