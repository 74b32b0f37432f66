import assert from "node:assert/strict";
import { test } from "node:test";
import { redactSecrets } from "./redact_secrets.ts";

const HUB_TOKEN = "hf_AbCdEfGhIjKlMnOpQrStUvWxYz12345678";

test("redactSecrets() removes what looks like a token of the hub, wherever it stands", () => {
  for (const text of [
    HUB_TOKEN,
    `https://user:${HUB_TOKEN}@hub/`,
    `{"token":"${HUB_TOKEN}"}`,
    `token=${HUB_TOKEN}&x`,
    `"{\\"token\\":\\"${HUB_TOKEN}\\"}"`,
  ]) {
    assert.equal(redactSecrets(text, []), text.replace(HUB_TOKEN, "[token]"));
  }
});

test("redactSecrets() removes the value of Authorization, and keeps its scheme", () => {
  for (const [text, expected] of [
    ["Authorization: Bearer abc.def-1", "Authorization: Bearer [token]"],
    ["authorization: s3cr3tvalue", "authorization: [token]"],
    ['{"authorization":"Basic dXNlcjpwYXNz"}', '{"authorization":"Basic [token]"}'],
    ['{\\"Authorization\\":\\"Bearer x1\\"}', '{\\"Authorization\\":\\"Bearer [token]\\"}'],
    ['[["authorization","Bearer x1"]]', '[["authorization","Bearer [token]"]]'],
    ["Proxy-Authorization: Basic eHl6", "Proxy-Authorization: Basic [token]"],
    ["sent bearer abcdef123 to the host", "sent bearer [token] to the host"],
  ] as const) {
    assert.equal(redactSecrets(text, []), expected);
    assert.equal(redactSecrets(expected, []), expected, "a second time");
  }
});

test("redactSecrets() removes the run's own secrets in the forms in which they travel", () => {
  const secret = 'my "own"/secret';
  for (const form of [secret, JSON.stringify(secret), encodeURIComponent(secret)]) {
    const safe = redactSecrets(`a ${form} b`, ["own", secret]);
    assert.doesNotMatch(safe, /own/, form);
    assert.match(safe, /^a "?\[token\]"? b$/);
  }
});

test("redactSecrets() leaves alone what only resembles one", () => {
  for (const text of ["layout hf_cache", "hf_hub and hf_transfer", "authorized", "short x1"])
    assert.equal(redactSecrets(text, ["x1"]), text);
});
