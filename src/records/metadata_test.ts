import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, writeBytes } from "../../harness/disk/mod.ts";
import {
  digestOfEtag,
  etagOfDigest,
  type FileMetadata,
  formatMetadata,
  metadataPath,
  pathsWithMetadata,
  readMetadata,
} from "./metadata.ts";

const DIRECTORY = "/models/org/name";
const METADATA: FileMetadata = {
  commit: "0123456789abcdef0123456789abcdef01234567",
  etag: "f".repeat(64),
  timestampSeconds: 1_700_000_000.25,
};

test("metadataPath() is where Swift's and Python's clients look", () => {
  assert.equal(
    metadataPath(DIRECTORY, "1_Pooling/config.json"),
    `${DIRECTORY}/.cache/huggingface/download/1_Pooling/config.json.metadata`,
  );
});

test("formatMetadata() writes three lines, the time in seconds", () => {
  const lines = [METADATA.commit, METADATA.etag, "1700000000.250000", ""];
  assert.equal(formatMetadata(METADATA), lines.join("\n"));
});

test("readMetadata() reads what was written, also with blanks around it", async () => {
  assert.deepEqual(await readBack(formatMetadata(METADATA)), METADATA);
  const foreign = `${METADATA.commit} \r\n${METADATA.etag}\r\n1700000000.25`;
  assert.deepEqual(await readBack(foreign), METADATA);
});

test("readMetadata() finds none where a line is missing or the time is not a number", async () => {
  const { commit, etag } = METADATA;
  for (const text of ["", `${commit}\n${etag}\n`, `${commit}\n\n1\n`, `\n${etag}\n1\n`])
    assert.equal(await readBack(text), undefined, text);
  for (const time of ["soon", "NaN", "Infinity"])
    assert.equal(await readBack(`${commit}\n${etag}\n${time}\n`), undefined, time);
  assert.equal(await readMetadata(memoryFiles(), DIRECTORY, { path: "config.json" }), undefined);
});

test("pathsWithMetadata() lists the files that have metadata, nested ones included", async () => {
  const files = memoryFiles();
  const paths = ["config.json", "1_Pooling/config.json"];
  assert.deepEqual(await pathsWithMetadata(files, DIRECTORY), []);
  for (const path of paths) {
    const bytes = new TextEncoder().encode(formatMetadata(METADATA));
    await writeBytes(files, metadataPath(DIRECTORY, path), bytes);
  }
  await writeBytes(files, `${DIRECTORY}/.cache/huggingface/download/x.lock`, new Uint8Array());
  assert.deepEqual((await pathsWithMetadata(files, DIRECTORY)).toSorted(), paths.toSorted());
});

test("digestOfEtag() and etagOfDigest() are inverse, and other etags are no hash", () => {
  for (const digest of [`sha256:${"a".repeat(64)}`, `git-sha1:${"b".repeat(40)}`] as const)
    assert.equal(digestOfEtag(etagOfDigest(digest)), digest);
  for (const etag of ["", "a".repeat(39), "A".repeat(64), `"${"a".repeat(62)}"`, "W/1"])
    assert.equal(digestOfEtag(etag), undefined, etag);
});

async function readBack(text: string): Promise<FileMetadata | undefined> {
  const files = memoryFiles();
  const path = metadataPath(DIRECTORY, "config.json");
  await writeBytes(files, path, new TextEncoder().encode(text));
  return readMetadata(files, DIRECTORY, { path: "config.json" });
}
