import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { nodeFiles } from "./node_files.ts";

const root = await mkdtemp(join(tmpdir(), "node-open-file-"));
after(() => rm(root, { recursive: true, force: true }));
const files = nodeFiles();

test("close() waits for what is read meanwhile, and what comes later is refused", async () => {
  const bytes = new Uint8Array(4 * 1024 * 1024).fill(7);
  const path = join(root, "model.safetensors");
  await writeFile(path, bytes);
  const file = await files.open(path, "r");
  const buffer = new Uint8Array(bytes.length);
  const order: string[] = [];
  const reading = file.read(buffer, 0).then(() => order.push("read"));
  const closing = file.close().then(() => order.push("closed"));
  await Promise.all([reading, closing]);
  assert.deepEqual(order, ["read", "closed"]);
  assert.equal(Buffer.compare(buffer, bytes), 0);
  await assert.rejects(file.read(buffer, 0), { code: "EBADF" });
  await assert.rejects(file.close(), { code: "EBADF" });
});
