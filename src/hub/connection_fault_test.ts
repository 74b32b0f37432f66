import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { ERROR_CODES, ERROR_REMEDIES } from "../../spec/mod.ts";
import {
  type ConnectionFault,
  CONNECTION_FAULTS,
  connectionFault,
  type ConnectionFaultName,
} from "./connection_fault.ts";

const CODES: Readonly<Partial<Record<ConnectionFaultName, readonly string[]>>> = {
  "certificate-issuer": [
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "CERT_REVOKED",
    "CERT_UNTRUSTED",
    "INVALID_CA",
  ],
  "certificate-time": ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"],
  "certificate-name": ["ERR_TLS_CERT_ALTNAME_INVALID"],
  "certificate-file": ["ERR_CERTIFICATE_FILE"],
  tls: ["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"],
  "proxy-password": ["ERR_PROXY_AUTHENTICATION"],
  "proxy-refused": ["ERR_PROXY_REFUSED"],
  "proxy-protocol": ["ERR_PROXY_PROTOCOL"],
  "proxy-unavailable": ["ERR_PROXY_UNAVAILABLE"],
  name: ["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL"],
  refused: ["ECONNREFUSED"],
  unreachable: ["ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL"],
  denied: ["EACCES", "EPERM"],
  reset: ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "Z_BUF_ERROR", "HPE_INVALID_EOF_STATE"],
  timeout: ["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT"],
  "header-overflow": ["UND_ERR_HEADERS_OVERFLOW", "HPE_HEADER_OVERFLOW"],
  protocol: ["HPE_INVALID_CONSTANT", "HPE_INVALID_VERSION"],
  address: ["ERR_INVALID_URL", "UND_ERR_INVALID_ARG"],
  exhausted: ["EMFILE"],
  unknown: ["ESOMETHING", "UND_ERR_INFO"],
};

for (const [name, codes] of Object.entries(CODES)) {
  test(`connectionFault() finds ${name} behind ${codes.join(", ")}`, () => {
    for (const code of codes) {
      const cause = Object.assign(new Error("words that nobody reads"), { code });
      assert.equal(connectionFault(cause), name);
      assert.equal(connectionFault(new TypeError("fetch failed", { cause })), name);
    }
  });
}

test("every kind of failed connection is tried, and has a code of the closed set", () => {
  assert.deepEqual(Object.keys(CODES).toSorted(), Object.keys(CONNECTION_FAULTS).toSorted());
  for (const { code } of Object.values(CONNECTION_FAULTS)) assert.ok(code in ERROR_CODES, code);
});

test("the documents list every kind of failed connection, and spec/README.md says which codes are tried again", () => {
  const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const section = text.split("## Failed connections\n")[1]?.split(/^## /m)[0] ?? "";
  const rows = [
    ...section.matchAll(/^\| ([a-z-]+) +\| `([^`]+)` +\| (.+?) +\| (.+?) +\| (yes|no) +\|$/gm),
  ];
  assert.deepEqual(
    rows.map((row) => row.slice(1)),
    Object.entries(CONNECTION_FAULTS).map(([name, { code, cause, remedy, passes }]) => [
      name,
      code,
      cause,
      remedy,
      passes ? "yes" : "no",
    ]),
  );
  const faults: readonly ConnectionFault[] = Object.values(CONNECTION_FAULTS);
  for (const code of ["network", "proxy", "certificate", "timeout"] as const) {
    const passing = faults.filter((fault) => fault.code === code).map(({ passes }) => passes);
    const retried = !passing.includes(true) ? "no" : passing.includes(false) ? "some" : "yes";
    assert.equal(ERROR_REMEDIES[code].retried, retried, code);
  }
});

test("connectionFault() takes the outermost known code, and the first of several addresses", () => {
  const deep = Object.assign(new Error("no such file"), { code: "ENOENT" });
  const file = Object.assign(new Error("cannot read", { cause: deep }), {
    code: "ERR_CERTIFICATE_FILE",
  });
  assert.equal(connectionFault(new Error("fetch failed", { cause: file })), "certificate-file");
  const failures = ["ECONNREFUSED", "ENETUNREACH"].map((code) =>
    Object.assign(new Error("no"), { code }),
  );
  assert.equal(connectionFault(new AggregateError(failures)), "refused");
});

test("connectionFault() ends on a circle of causes and on what is not an error", () => {
  const circle = new Error("round");
  circle.cause = circle;
  assert.equal(connectionFault(circle), "unknown");
  assert.equal(connectionFault("because"), "unknown");
});
