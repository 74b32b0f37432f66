import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpResponse } from "../../../spec/mod.ts";
import { HttpClient } from "../../hub/http_client.ts";
import { FileSource } from "./file_source.ts";

const HUB = "https://hub.test";
const PIN = "a".repeat(40);
const OTHER = "b".repeat(40);

for (const hop of ["the first", "the last"]) {
  test(`FileSource.read() refuses a file of another commit that only ${hop} answer names`, async () => {
    const named = (isNamed: boolean): Record<string, string> =>
      isNamed ? { "x-repo-commit": OTHER } : {};
    const source = sourceOf((url) =>
      url.endsWith("/cached")
        ? answer(200, named(hop === "the last"), "text")
        : answer(307, { ...named(hop === "the first"), location: "/cached" }),
    );
    await assert.rejects(readAll(source), { code: "integrity", expected: PIN, actual: OTHER });
  });
}

test("FileSource.read() takes a file of which no answer names a commit", async () => {
  const source = sourceOf(() => answer(200, {}, "text"));
  assert.equal(await readAll(source), "text");
});

// Helpers

function sourceOf(fetch: (url: string) => HttpResponse): FileSource {
  const clock = {
    now: () => 0,
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
  };
  const host = { fetch: async (url: string) => fetch(url), clock, random: () => 0.5 };
  const http = new HttpClient(host, { env: {}, tokenOrigin: HUB });
  const url = `${HUB}/org/name/resolve/${PIN}/config.json`;
  return new FileSource(http, { url, file: "config.json", sizeBytes: 4, pin: PIN });
}

function answer(status: number, headers: Record<string, string>, text?: string): HttpResponse {
  const body = text === undefined ? null : new Blob([text]).stream();
  return { status, headers: new Headers(headers), body };
}

async function readAll(source: FileSource): Promise<string> {
  const chunks: Uint8Array[] = [];
  const { signal } = new AbortController();
  for await (const chunk of source.read({ from: 0, to: 4 }, { signal })) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
