import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, writeBytes } from "../../harness/disk/mod.ts";
import type { Marker } from "../../spec/mod.ts";
import { formatMarker, parseMarker, readMarker } from "./marker.ts";

const MARKER: Marker = {
  format: "mlx-layout/1",
  source: "org/name",
  revision: "main",
  commit: "0123456789abcdef0123456789abcdef01234567",
  include: ["*.json"],
  exclude: [],
  files: [
    {
      path: "1_Pooling/config.json",
      sizeBytes: 2,
      digest: `git-sha1:${"0".repeat(40)}`,
      modifiedMs: 12.5,
    },
    { path: "config.json", sizeBytes: 0, digest: `sha256:${"f".repeat(64)}`, modifiedMs: 0 },
  ],
};

test("readMarker() reads what formatMarker() wrote", async () => {
  assert.deepEqual(await readBack(formatMarker(MARKER)), MARKER);
});

test("readMarker() finds none where there is no file, or a directory of its name", async () => {
  const files = memoryFiles();
  assert.equal(await readMarker(files, "/absent"), undefined);
  await writeBytes(files, "/model/.downloaded/file", new Uint8Array());
  assert.equal(await readMarker(files, "/model"), undefined);
});

test("formatMarker() makes equal bytes of equal markers, whatever the order of their files", () => {
  const reversed = { ...MARKER, files: MARKER.files.toReversed() };
  assert.equal(formatMarker(reversed), formatMarker(MARKER));
  assert.match(formatMarker(MARKER), /\n$/);
});

test("parseMarker() keeps the marker's own fields and drops others", () => {
  assert.deepEqual(parseMarker(JSON.stringify({ ...MARKER, earlier: [] })), MARKER);
});

test("readMarker() finds no marker in a text of which any part is wrong", async () => {
  const whole = formatMarker(MARKER);
  for (const text of ["", "downloaded", "null", "[]", whole.slice(0, -3)])
    assert.equal(await readBack(text), undefined, text);
  const wrong: Readonly<Record<keyof Marker, readonly unknown[]>> = {
    format: ["mlx-layout/2", undefined],
    source: [1, undefined],
    revision: [null],
    commit: [undefined],
    include: ["*.json", [1]],
    exclude: [undefined],
    files: [undefined, {}, []],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const text = JSON.stringify({ ...MARKER, [field]: value });
      assert.equal(await readBack(text), undefined, text);
    }
  }
});

test("readMarker() finds no marker in one with a wrong file", async () => {
  const [file] = MARKER.files;
  for (const change of [
    { path: "../../etc/passwd" },
    { path: "/etc/passwd" },
    { path: ".downloaded" },
    { sizeBytes: 0.5 },
    { sizeBytes: "2" },
    { digest: "0".repeat(64) },
    { digest: `sha256:${"F".repeat(64)}` },
    { digest: `md5:${"0".repeat(32)}` },
    { modifiedMs: "0" },
  ]) {
    const text = JSON.stringify({ ...MARKER, files: [...MARKER.files, { ...file, ...change }] });
    assert.equal(await readBack(text), undefined, text);
  }
});

async function readBack(text: string): Promise<Marker | undefined> {
  const files = memoryFiles();
  await writeBytes(files, "/model/.downloaded", new TextEncoder().encode(text));
  return readMarker(files, "/model");
}
