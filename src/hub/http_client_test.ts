import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment, HttpResponse } from "../../spec/mod.ts";
import { HttpClient } from "./http_client.ts";

const START = "https://hub.test/org/name/resolve/main/a.json";

function client(env: Environment, asked: string[]): HttpClient {
  const answer = (status: number, location: string | null): HttpResponse => ({
    status,
    headers: { get: (name) => (name === "location" ? location : null) },
    body: null,
  });
  const host = {
    clock: { now: () => 0, sleep: () => new Promise<void>(() => {}) },
    random: { bytes: (count: number) => new Uint8Array(count), next: () => 0.5 },
    fetch: async (url: string) => {
      asked.push(url);
      return url === START ? answer(302, "http://plain.test/a.json") : answer(200, null);
    },
  };
  return new HttpClient(host as never, { env, tokenOrigin: "https://hub.test" });
}

async function send(env: Environment): Promise<readonly string[]> {
  const asked: string[] = [];
  const http = client(env, asked);
  using guard = http.guard(undefined);
  await http.send(START, { guard });
  return asked;
}

test("HttpClient.send() refuses a redirect from https to http, and says how it is allowed", async () => {
  await assert.rejects(send({}), (error: Error & { readonly code?: string }) => {
    assert.equal(error.code, "not-a-hub");
    assert.match(error.message, /not encrypted.*MLX_LAYOUT_ALLOW_HTTP_REDIRECTS/);
    return true;
  });
});

test("HttpClient.send() follows it where the environment allows it", async () => {
  const asked = await send({ MLX_LAYOUT_ALLOW_HTTP_REDIRECTS: "1" });
  assert.deepEqual(asked, [START, "http://plain.test/a.json"]);
});

test("HttpClient.send() gives what an address has of its user to that server, and to no other", async () => {
  const seen: [string, string | undefined][] = [];
  const http = new HttpClient(
    {
      clock: { now: () => 0, sleep: () => new Promise<void>(() => {}) },
      random: () => 0.5,
      fetch: async (url, { headers }) => {
        seen.push([url, headers["authorization"]]);
        const isFirst = seen.length === 1;
        const location = isFirst ? "https://elsewhere.test/a" : null;
        const get = (name: string) => (name === "location" ? location : null);
        return { status: isFirst ? 302 : 200, headers: { get }, body: null };
      },
    },
    { env: {}, tokenOrigin: "https://hub.test" },
  );
  using guard = http.guard(undefined);
  await http.send("https://user:word@files.test/a", { guard });
  const basic = `Basic ${Buffer.from("user:word").toString("base64")}`;
  assert.deepEqual(seen, [
    ["https://files.test/a", basic],
    ["https://elsewhere.test/a", undefined],
  ]);
});

test("HttpClient.send() sends no header that has no value", async () => {
  const http = new HttpClient(
    {
      clock: { now: () => 0, sleep: () => new Promise<void>(() => {}) },
      random: () => 0.5,
      fetch: async (_, { headers }) => {
        for (const [name, value] of Object.entries(headers))
          assert.equal(typeof value, "string", name);
        return { status: 200, headers: { get: () => null }, body: null };
      },
    },
    { env: {}, tokenOrigin: "https://hub.test" },
  );
  using guard = http.guard(undefined);
  await http.send(START, { guard });
});
