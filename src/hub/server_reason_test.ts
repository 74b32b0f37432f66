import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpResponse } from "../../spec/mod.ts";
import { serverReason } from "./server_reason.ts";

const CASES: readonly (readonly [header: string | undefined, reason: string | undefined])[] = [
  [undefined, undefined],
  ["", undefined],
  [" . ", undefined],
  ["Access to this resource is disabled.", "Access to this resource is disabled"],
  ["one\r\ntwo\tthree\u0007", "one two three"],
  ["\u001b[31mred\u001b[0m", "[31mred [0m"],
  ["right\u202Eto left", "right to left"],
  ["your token hf_secret is wrong", "your token *** is wrong"],
  ["x".repeat(1000), `${"x".repeat(299)}…`],
];

for (const [header, reason] of CASES) {
  test(`serverReason() makes ${JSON.stringify(reason)?.slice(0, 60)} of a header`, () => {
    assert.equal(serverReason(answerWith(header), { secrets: ["hf_secret", "x"] }), reason);
  });
}

// Helpers

function answerWith(reason: string | undefined): HttpResponse {
  const get = (name: string) => (name === "x-error-message" ? (reason ?? null) : null);
  return { status: 403, headers: { get }, body: null };
}
