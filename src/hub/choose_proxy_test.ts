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
];

for (const [url, env, proxy] of CASES) {
  test(`chooseProxy() sends ${url} with ${JSON.stringify(env)} through ${proxy ?? "nothing"}`, () => {
    assert.equal(chooseProxy(url, env), proxy);
  });
}
