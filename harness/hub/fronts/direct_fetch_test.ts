import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpResponse } from "../../../spec/mod.ts";
import { askHub } from "./ask_hub.ts";
import { directFetch } from "./direct_fetch.ts";
import { SimulatedHub } from "../simulated_hub.ts";

const BYTES = Uint8Array.from({ length: 5000 }, (_, at) => at % 251);

function hubWithFile(): SimulatedHub {
  const hub = new SimulatedHub({ now: () => 0, style: { chunkBytes: 1000 } });
  hub.publish("org/name", [{ path: "a.bin", bytes: BYTES, lfs: false }]);
  return hub;
}

async function bodyOf({ body }: HttpResponse): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("directFetch() answers as the hub does, and notes what was taken", async () => {
  const hub = hubWithFile();
  const url = `${hub.endpoint}/org/name/resolve/main/a.bin`;
  const response = await directFetch(hub)(url, { method: "GET", headers: {} });
  const asked = askHub(hub, { url });
  assert.equal(response.status, asked.status);
  assert.equal(response.headers.get("ETag"), asked.headers.get("etag"));
  assert.equal(response.headers.get("x-none"), null);
  assert.deepEqual(Buffer.from(await bodyOf(response)), Buffer.from(asked.bytes));
  assert.equal(hub.log[0]?.bytesSent, BYTES.length);
});

test("directFetch() passes headers in any case, and gives no body to HEAD", async () => {
  const hub = hubWithFile();
  const url = `${hub.endpoint}/org/name/resolve/main/a.bin`;
  const part = await directFetch(hub)(url, { method: "GET", headers: { Range: "bytes=10-19" } });
  assert.equal(part.status, 206);
  assert.deepEqual(Buffer.from(await bodyOf(part)), Buffer.from(BYTES.subarray(10, 20)));
  const head = await directFetch(hub)(url, { method: "HEAD", headers: {} });
  assert.equal(head.body, null);
});

test("directFetch() refuses other hosts, breaks where the hub breaks, and heeds the signal", async () => {
  const hub = hubWithFile();
  const fetch = directFetch(hub);
  const elsewhere = fetch("https://huggingface.co/api/models/x", { method: "GET", headers: {} });
  await assert.rejects(elsewhere, /fetch failed/);
  assert.deepEqual(hub.harnessErrors, []);
  const url = `${hub.endpoint}/org/name/resolve/main/a.bin`;
  const signal = AbortSignal.abort(new Error("stop"));
  await assert.rejects(fetch(url, { method: "GET", headers: {}, signal }), /stop/);
});
