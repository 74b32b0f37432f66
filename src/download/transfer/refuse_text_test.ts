import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, writeBytes } from "../../../harness/disk/mod.ts";
import { tinyLlama } from "../../../harness/models/mod.ts";
import { refuseText } from "./refuse_text.ts";

async function refused(path: string, bytes: Uint8Array | string): Promise<unknown> {
  const files = memoryFiles();
  const content = Buffer.from(bytes);
  await writeBytes(files, "/f", content);
  const file = await files.open("/f", "r");
  try {
    await refuseText(file, path, content.length);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await file.close();
  }
}

test("refuseText() refuses what a server sends in place of weights, whatever it calls it", async () => {
  const bodies = {
    page: "<!doctype html><title>Log in</title>",
    long: `\n<html>${"é".repeat(600)}`,
    xml: '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    json: '{"error": "Repository not found"}',
    empty: "{}",
    pointer: "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n",
  };
  for (const [name, body] of Object.entries(bodies)) {
    for (const path of ["model.safetensors", "m.gguf", "weights.npz"])
      assert.equal(((await refused(path, body)) as { code?: string }).code, "not-a-hub", name);
    assert.equal(await refused("config.json", body), undefined, name);
  }
});

test("refuseText() knows a page of which the last character is cut in two", async () => {
  for (let start = 0; start < 4; start++) {
    const page = `<p>${"a".repeat(start)}${"\u{1f600}".repeat(300)}`;
    const error = (await refused("model.safetensors", page)) as { code?: string } | undefined;
    assert.equal(error?.code, "not-a-hub", `${start}`);
  }
});

test("refuseText() keeps weights, and whatever else is no text", async () => {
  for (const { path, bytes } of tinyLlama().files)
    assert.equal(await refused(path, bytes), undefined, path);
  for (const bytes of [
    "",
    "{",
    Buffer.from([0x7b, 0x22, 0]),
    Buffer.from([0x3c, 0x61, 0xff, 0xfe, 0xff]),
  ])
    assert.equal(await refused("model.safetensors", bytes), undefined);
});
