import type { ErrorCode } from "../../spec/mod.ts";

/** What a kind of failed connection means: `DL-PERMANENT`, `DL-RETRY`. */
export interface ConnectionFault {
  readonly code: ErrorCode;
  /** Whether another attempt may succeed where nothing else changes. */
  readonly passes: boolean;
  /** What happened. */
  readonly cause: string;
  /** What its reader can do. */
  readonly remedy: string;
}

const CERTIFICATE_REMEDY =
  "set SSL_CERT_FILE or NODE_EXTRA_CA_CERTS to a file with your organization's root certificate, or check the address";

/** Every kind of failed connection, its code, its remedy, and whether it is tried again. */
export const CONNECTION_FAULTS = {
  "certificate-issuer": {
    code: "certificate",
    passes: false,
    cause: "the server's certificate is from an issuer that this machine does not know",
    remedy: CERTIFICATE_REMEDY,
  },
  "certificate-time": {
    code: "certificate",
    passes: false,
    cause: "the server's certificate is not valid today",
    remedy: "check this machine's clock, or wait until the server's certificate is renewed",
  },
  "certificate-name": {
    code: "certificate",
    passes: false,
    cause: "the server's certificate is for another host name",
    remedy: "check the address, and whether something answers in the server's place",
  },
  "certificate-file": {
    code: "certificate",
    passes: false,
    cause: "the file of trusted certificates cannot be used",
    remedy: "check SSL_CERT_FILE, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE",
  },
  tls: {
    code: "not-a-hub",
    passes: false,
    cause: "the server does not speak TLS as it must",
    remedy: "check whether its address starts with http:// or https://, and its port",
  },
  "proxy-password": {
    code: "proxy",
    passes: false,
    cause: "the proxy asks for a user and a password, or refuses those that it got (HTTP 407)",
    remedy: "put them in the proxy's address, percent-encoded: http://user:password@host:port",
  },
  "proxy-refused": {
    code: "proxy",
    passes: false,
    cause: "the proxy refuses to connect to this host",
    remedy: "ask who runs the proxy to allow it, or add the host to NO_PROXY",
  },
  "proxy-protocol": {
    code: "proxy",
    passes: false,
    cause: "the proxy does not speak the protocol of its address",
    remedy: "check the scheme and the port of the proxy's address",
  },
  "proxy-unavailable": {
    code: "proxy",
    passes: true,
    cause: "the proxy could not connect to the server",
    remedy: "check the proxy and retry the command later",
  },
  name: {
    code: "network",
    passes: true,
    cause: "its host name has no address",
    remedy: "check the spelling of the address and the network, and retry the command",
  },
  refused: {
    code: "network",
    passes: true,
    cause: "the connection was refused",
    remedy: "check the address and whether its server runs, and retry the command",
  },
  unreachable: {
    code: "network",
    passes: true,
    cause: "there is no way to its host",
    remedy: "check the network and retry the command",
  },
  denied: {
    code: "network",
    passes: false,
    cause: "this program may not use the network",
    remedy: "allow it in the firewall or the sandbox",
  },
  reset: {
    code: "network",
    passes: true,
    cause: "the connection broke",
    remedy: "check the network and retry the command",
  },
  timeout: {
    code: "timeout",
    passes: true,
    cause: "the server did not answer in time",
    remedy: "check the network and retry the command",
  },
  "header-overflow": {
    code: "limit-exceeded",
    passes: false,
    cause: "the headers of the answer are too long",
    remedy: "check the hub's address, and what stands before the hub",
  },
  protocol: {
    code: "not-a-hub",
    passes: false,
    cause: "the answer is not HTTP",
    remedy: "check the address and its port",
  },
  address: {
    code: "invalid-argument",
    passes: false,
    cause: "the address or a header cannot be sent",
    remedy: "check the address and the token",
  },
  exhausted: {
    code: "network",
    passes: true,
    cause: "this machine has too many open connections or files",
    remedy: "close other programs and retry the command",
  },
  unknown: {
    code: "network",
    passes: true,
    cause: "the connection failed",
    remedy: "check the network and retry the command",
  },
} as const satisfies Record<string, ConnectionFault>;

/** The name of a kind of failed connection. */
export type ConnectionFaultName = keyof typeof CONNECTION_FAULTS;

/** Codes of the system, of the runtime, of its HTTP client and of TLS, by the kind that they are of. */
const CODES: readonly (readonly [ConnectionFaultName, RegExp])[] = [
  ["certificate-file", /^ERR_CERTIFICATE_FILE$/],
  ["certificate-time", /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$|^ERROR_IN_CERT_NOT_/],
  ["certificate-name", /^ERR_TLS_CERT_ALTNAME_(INVALID|FORMAT)$|^HOSTNAME_MISMATCH$/],
  [
    "certificate-issuer",
    /^(UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_|(DEPTH_ZERO_)?SELF_SIGNED_CERT|CERT_|INVALID_(CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$)/,
  ],
  ["proxy-password", /^ERR_PROXY_AUTHENTICATION$/],
  ["proxy-refused", /^ERR_PROXY_REFUSED$/],
  ["proxy-protocol", /^ERR_PROXY_PROTOCOL$/],
  ["proxy-unavailable", /^ERR_PROXY_UNAVAILABLE$/],
  ["name", /^(ENOTFOUND|EAI_[A-Z]+|ENODATA)$/],
  ["refused", /^ECONNREFUSED$/],
  ["unreachable", /^(ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/],
  ["denied", /^(EACCES|EPERM|ERR_ACCESS_DENIED)$/],
  ["timeout", /^(ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/],
  ["header-overflow", /^(UND_ERR_HEADERS_OVERFLOW|HPE_HEADER_OVERFLOW)$/],
  [
    "reset",
    /^(ECONNRESET|ECONNABORTED|ENETRESET|EPIPE|ENOTCONN|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|ERR_STREAM_PREMATURE_CLOSE|HPE_INVALID_EOF_STATE|HPE_CLOSED_CONNECTION)$/,
  ],
  ["reset", /^Z_[A-Z]+_ERROR$/],
  ["reset", /^ERR_SSL_[A-Z0-9_]*(?:BAD_RECORD_MAC|EOF_WHILE_READING)$/],
  ["tls", /^(EPROTO|ERR_SSL_|ERR_TLS_)/],
  ["protocol", /^HPE_/],
  ["address", /^(ERR_INVALID_URL|UND_ERR_INVALID_ARG|ERR_INVALID_CHAR|UND_ERR_NOT_SUPPORTED)$/],
  ["exhausted", /^(EMFILE|ENFILE|ENOBUFS)$/],
];

/**
 * Finds what kind of failure kept a connection from an answer, by the codes of the error and its causes alone.
 *
 * The outermost known code decides: what wraps an error knows more of its meaning. Of several addresses that failed,
 * the first is taken.
 */
export function connectionFault(error: unknown): ConnectionFaultName {
  for (const code of codesOf(error)) {
    const found = CODES.find(([, pattern]) => pattern.test(code));
    if (found !== undefined) return found[0];
  }
  return "unknown";
}

function* codesOf(error: unknown): Generator<string> {
  // A chain of causes can be a circle.
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at);) {
    seen.add(at);
    if ("code" in at && typeof at.code === "string") yield at.code;
    at = at instanceof AggregateError && at.errors.length > 0 ? at.errors[0] : at.cause;
  }
}
