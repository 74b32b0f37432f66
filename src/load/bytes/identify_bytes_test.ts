import assert from "node:assert/strict";
import test from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { anyModel } from "../../../harness/arbitraries/mod.ts";
import { lfsPointer } from "../../../harness/hub/mod.ts";
import { appleDouble, HTML_PAGE } from "../../../harness/models/mod.ts";
import { type ByteIdentity, IDENTIFY_SIZE_BYTES, identifyBytes } from "./identify_bytes.ts";

const CASES: readonly (readonly [string, Uint8Array, ByteIdentity])[] = [
  ["nothing", new Uint8Array(0), "empty"],
  ["a page", HTML_PAGE, "html"],
  ["a page in capitals after blanks", encode("\n\t <HTML><BODY>no</BODY>"), "html"],
  ["a page after a comment", encode("<!-- proxy --><!doctype html>"), "html"],
  ["a page after a byte order mark", encode("\ufeff<!DOCTYPE html>"), "html"],
  ["a pointer", lfsPointer(new Uint8Array(3)), "lfs-pointer"],
  ["a sidecar", appleDouble(), "appledouble"],
  ["compressed text", gzipSync("{}"), "gzip"],
  ["eight zeros", new Uint8Array(8), "zeroed"],
  ["many zeros", new Uint8Array(9000), "zeroed"],
  ["seven zeros", new Uint8Array(7), undefined],
  ["a template that begins with a tag of its own", encode("<htmlish>{{ x }}"), undefined],
  ["JSON", encode("{}"), undefined],
  [
    "a text about pointers",
    encode(`version https://git-lfs.github.com/spec/v1${"x".repeat(2000)}`),
    undefined,
  ],
];

for (const [name, bytes, identity] of CASES) {
  test(`identifyBytes() takes ${name} for ${identity ?? "nothing suspicious"}`, () => {
    assert.equal(identifyBytes(bytes.subarray(0, IDENTIFY_SIZE_BYTES), bytes.length), identity);
  });
}

test("identifyBytes() finds nothing suspicious in a sound model", () => {
  fc.assert(
    fc.property(anyModel(), (model) => {
      for (const { path, bytes } of model.files) {
        const head = bytes.subarray(0, IDENTIFY_SIZE_BYTES);
        assert.equal(identifyBytes(head, bytes.length), undefined, path);
      }
    }),
  );
});

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
