import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment } from "../../spec/mod.ts";
import { chooseProxy } from "./choose_proxy.ts";

const CASES: readonly (readonly [url: string, env: Environment, proxy: string | undefined])[] = [
  ["https://a.test/x", {}, undefined],
  ["https://a.test/x", { HTTPS_PROXY: "http://p:1" }, "http://p:1"],
  ["http://a.test/x", { HTTPS_PROXY: "http://p:1" }, undefined],
  ["http://a.test/x", { http_proxy: "http://p:1" }, "http://p:1"],
  ["https://a.test/x", { ALL_PROXY: "http://p:1" }, "http://p:1"],
  ["https://a.test/x", { ALL_PROXY: "http://p:1", https_proxy: "http://q:1" }, "http://q:1"],
  ["https://a.test/x", { HTTPS_PROXY: "http://p:1", https_proxy: "http://q:1" }, "http://q:1"],
  ["https://a.test/x", { HTTPS_PROXY: "", ALL_PROXY: "p:1" }, "http://p:1"],
  ["https://a.test/x", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.test" }, undefined],
  ["https://b.a.test/x", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.test" }, undefined],
  ["https://b.a.test/x", { HTTPS_PROXY: "http://p:1", NO_PROXY: " .a.test , c" }, undefined],
  ["https://xa.test/x", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.test" }, "http://p:1"],
  ["https://a.test/x", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.test:443" }, undefined],
  ["https://a.test:8443/x", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.test:443" }, "http://p:1"],
  ["https://a.test/x", { HTTPS_PROXY: "http://p:1", no_proxy: "*" }, undefined],
  ["https://a.test/x", { HTTPS_PROXY: "http://p:1", NO_PROXY: "" }, "http://p:1"],
  ...direct("http://[::1]:8080/x", [
    "::1",
    "[::1]",
    "[::1]:8080",
    "::/0",
    "0:0:0:0:0:0:0:1",
    "localhost,127.0.0.0/8,::1",
  ]),
  ...direct("http://127.0.0.1:8080/x", [
    "127.0.0.1",
    "127.0.0.0/8",
    "127.0.0.1:8080",
    "10.0.0.0/8, 127.0.0.1/32",
  ]),
  ...direct("http://hub.a.test/x", ["*.a.test", ".a.test", "a.test", "hub.a.test:80", "A.TEST"]),
  ...through("http://[::1]:8080/x", ["::2", "[::1]:80", "127.0.0.1", "fe80::/10", "::1/129", "1"]),
  ...through("http://127.0.0.1:8080/x", [
    "127.0.0.2",
    "10.0.0.0/8",
    "127.0.0.1:80",
    "127.0.0.0/33",
    "0.0.1",
  ]),
  ...through("http://hub.a.test/x", [
    "b.test",
    "*.ub.a.test",
    "ub.a.test",
    "10.0.0.0/8",
    "a.test/8",
  ]),
];

function direct(url: string, lists: readonly string[]): [string, Environment, undefined][] {
  return lists.map((NO_PROXY) => [url, { HTTP_PROXY: "http://p:1", NO_PROXY }, undefined]);
}

function through(url: string, lists: readonly string[]): [string, Environment, string][] {
  return lists.map((NO_PROXY) => [url, { HTTP_PROXY: "http://p:1", NO_PROXY }, "http://p:1"]);
}

for (const [url, env, proxy] of CASES) {
  test(`chooseProxy() sends ${url} with ${JSON.stringify(env)} through ${proxy ?? "nothing"}`, () => {
    assert.equal(chooseProxy(url, env), proxy);
  });
}

test("chooseProxy() refuses an address that is not a proxy's, by the variable's name and without its password", () => {
  for (const proxy of [
    "ftp://me:secret@p:1",
    "http://",
    "socks4://me:secret@p:1",
    "http://p:port",
  ]) {
    assert.throws(
      () => chooseProxy("https://a.test/x", { ALL_PROXY: proxy }),
      (error: Error & { readonly code?: string }) => {
        assert.equal(error.code, "invalid-argument");
        assert.match(error.message, /ALL_PROXY/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  }
});

test("chooseProxy() takes proxies of every scheme that is spoken", () => {
  for (const scheme of ["http", "https", "socks5", "socks5h", "socks"]) {
    const proxy = `${scheme}://p:1`;
    assert.equal(chooseProxy("https://a.test/x", { ALL_PROXY: proxy }), proxy);
  }
});
