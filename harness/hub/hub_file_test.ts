import assert from "node:assert/strict";
import { test } from "node:test";
import { contentEtag, gitBlobSha1, lfsPointer, sha256Hex } from "./hub_file.ts";

const hello = new TextEncoder().encode("hello\n");

test("gitBlobSha1() names bytes as git hash-object does", () => {
  assert.equal(gitBlobSha1(hello), "ce013625030ba8dba906f756967f9e9ca394464a");
  assert.equal(gitBlobSha1(hello), "ce013625030ba8dba906f756967f9e9ca394464a");
});

test("sha256Hex() names bytes as sha256sum does", () => {
  const expected = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
  assert.equal(sha256Hex(hello), expected);
  assert.equal(
    new TextDecoder().decode(lfsPointer(hello)),
    `version https://git-lfs.github.com/spec/v1\noid sha256:${expected}\nsize 6\n`,
  );
});

test("contentEtag() depends on the store, not on the path", () => {
  assert.equal(contentEtag({ path: "a", bytes: hello, lfs: true }), sha256Hex(hello));
  assert.equal(contentEtag({ path: "b", bytes: hello, lfs: false }), gitBlobSha1(hello));
});
