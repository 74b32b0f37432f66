import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment } from "../../spec/mod.ts";
import { HubEnvironment } from "./environment.ts";

const HOME = "/home/me";

const ENDPOINTS: readonly (readonly [value: string, endpoint: string])[] = [
  ["", "https://huggingface.co"],
  ["  ", "https://huggingface.co"],
  ["https://a.test", "https://a.test"],
  ["https://a.test//", "https://a.test"],
  [" https://a.test/ ", "https://a.test"],
  ["\thttps://a.test\r\n", "https://a.test"],
  ['"https://a.test/"', "https://a.test"],
  ["' https://a.test/hf '", "https://a.test/hf"],
];

for (const [value, endpoint] of ENDPOINTS) {
  test(`HubEnvironment.endpoint reads ${JSON.stringify(value)}`, () => {
    assert.equal(new HubEnvironment({ HF_ENDPOINT: value }).endpoint, endpoint);
  });
}

test("HubEnvironment.endpoint refuses what is not an address, by the variable's name and without its password", () => {
  for (const value of ["a.test", "ftp://me:secret@a.test", '"https://a.test', "http://"]) {
    assert.throws(
      () => new HubEnvironment({ HF_ENDPOINT: value }).endpoint,
      (error: Error & { readonly code?: string }) => {
        assert.equal(error.code, "invalid-argument");
        assert.match(error.message, /HF_ENDPOINT/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  }
});

const TOKEN_PATHS: readonly (readonly [env: Environment, path: string | undefined])[] = [
  [{}, undefined],
  [{ HOME }, "/home/me/.cache/huggingface/token"],
  [{ HOME: "/home/me/" }, "/home/me/.cache/huggingface/token"],
  [{ USERPROFILE: HOME }, "/home/me/.cache/huggingface/token"],
  [{ HOME, XDG_CACHE_HOME: "/x" }, "/x/huggingface/token"],
  [{ HOME, XDG_CACHE_HOME: "/x", HF_HOME: "$HOME/hf" }, "/home/me/hf/token"],
  [{ HOME, HF_HOME: "~/hf" }, "/home/me/hf/token"],
  [{ HOME, HF_HOME: "~" }, "/home/me/token"],
  [{ HOME, HF_HOME: "~other/hf" }, "~other/hf/token"],
  [{ HOME, HF_HOME: "${HOME}/${NONE}/$NONE" }, "/home/me/${NONE}/$NONE/token"],
  [{ HOME, HF_HOME: "/hf", HF_TOKEN_PATH: "${HOME}/t" }, "/home/me/t"],
  [{ HF_HOME: "", HOME: "" }, undefined],
];

for (const [env, path] of TOKEN_PATHS) {
  test(`HubEnvironment.tokenPath reads ${JSON.stringify(env)}`, () => {
    assert.equal(new HubEnvironment(env).tokenPath, path);
  });
}

test("HubEnvironment.isOffline takes the official words, and the older name where the newer is not set", () => {
  for (const word of ["1", "on", "YES", "True"]) {
    assert.equal(new HubEnvironment({ HF_HUB_OFFLINE: word }).isOffline, true);
    assert.equal(new HubEnvironment({ TRANSFORMERS_OFFLINE: word }).isOffline, true);
    const both = { HF_HUB_OFFLINE: "0", TRANSFORMERS_OFFLINE: word };
    assert.equal(new HubEnvironment(both).isOffline, false);
  }
  assert.equal(new HubEnvironment({ TRANSFORMERS_OFFLINE: "no" }).isOffline, false);
});

test("HubEnvironment's time limits are whole seconds, and a wrong one is refused by its name", () => {
  const read = (value: string) =>
    new HubEnvironment({ HF_HUB_DOWNLOAD_TIMEOUT: value }).downloadTimeoutMs;
  assert.deepEqual(["600", " 5 ", "0", ""].map(read), [600_000, 5_000, undefined, undefined]);
  for (const value of ["ten", "-1", "1.5", "999999999"]) {
    assert.throws(() => read(value), {
      code: "invalid-argument",
      message: /HF_HUB_DOWNLOAD_TIMEOUT/,
    });
  }
});

test("HubEnvironment.certificateFile is the first that is set", () => {
  const env = { HOME, CURL_CA_BUNDLE: "/c.pem", REQUESTS_CA_BUNDLE: "~/r.pem", SSL_CERT_FILE: "" };
  assert.deepEqual(new HubEnvironment(env).certificateFile, {
    name: "REQUESTS_CA_BUNDLE",
    value: "/home/me/r.pem",
  });
});
