/** What a proxy did instead of connecting; codes beside those of the system. */
export type ProxyErrorCode =
  /** It wants a user and a password, or others. */
  | "ERR_PROXY_AUTHENTICATION"
  /** It does not connect to this host for anybody. */
  | "ERR_PROXY_REFUSED"
  /** It could not connect this time. */
  | "ERR_PROXY_UNAVAILABLE"
  /** It does not speak the protocol that its address says. */
  | "ERR_PROXY_PROTOCOL";

/** A proxy that answered, and did not connect. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
  readonly code: ProxyErrorCode;

  constructor(code: ProxyErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The error for a proxy's answer to `CONNECT` that is not 200. */
export function refusedTunnel(status: number): ProxyError {
  const answer = `the proxy answered HTTP ${status}`;
  if (status === 407) return new ProxyError("ERR_PROXY_AUTHENTICATION", answer);
  const passes = status >= 500 || status === 429 || status === 408;
  return new ProxyError(passes ? "ERR_PROXY_UNAVAILABLE" : "ERR_PROXY_REFUSED", answer);
}
