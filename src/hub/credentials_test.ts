import assert from "node:assert/strict";
import test from "node:test";
import { printableAddress, splitCredentials } from "./credentials.ts";

test("splitCredentials() moves name and password to a header", () => {
  assert.deepEqual(splitCredentials("https://me:s%20t@files.example/a.bin?x=1"), {
    url: "https://files.example/a.bin?x=1",
    authorization: `Basic ${Buffer.from("me:s t").toString("base64")}`,
  });
});

test("splitCredentials() leaves an address without them as it is spelt", () => {
  const url = "https://files.example:443/a%2fb";
  assert.deepEqual(splitCredentials(url), { url, authorization: undefined });
});

test("printableAddress() leaves out whatever may be secret, also of what is no address", () => {
  assert.equal(printableAddress("ftp://me:p@ss@files.example/a?key=1#x"), "ftp://files.example/a");
  assert.equal(printableAddress("files.example/a?key=1"), "files.example/a");
  assert.equal(printableAddress("//me:secret@files.example"), "//files.example");
  assert.equal(printableAddress("me:secret@files.example/a"), "files.example/a");
  assert.equal(printableAddress("https://[::1]:8080/a"), "https://[::1]:8080/a");
  assert.equal(printableAddress("https://files.example:8080/a"), "https://files.example:8080/a");
});

test("printableAddress() never shows a password, wherever it makes the address malformed", () => {
  for (const password of [
    "secret/1",
    "secret#1",
    "secret?1",
    "secret@1",
    "secret\\1",
    "secret:1",
    "s ecret",
  ]) {
    for (const scheme of [
      "https://",
      "http:/",
      "https:",
      "ftp://",
      "//",
      "",
      "https:\\\\",
      "://",
    ]) {
      for (const host of ["@files.example", "@files.example:80/a", "@", ""]) {
        const shown = printableAddress(`${scheme}me:${password}${host}`);
        if (scheme !== "" && scheme !== "https:" && scheme !== "://")
          assert.doesNotMatch(shown, /s ?ecret/, shown);
        else if (host !== "") assert.doesNotMatch(shown, /s ?ecret/, shown);
      }
    }
  }
});
