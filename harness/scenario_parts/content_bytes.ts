import type { HubExchange } from "../hub/mod.ts";

/** Exchanges that carry the bytes of files: not information, listings and redirects. */
export function contentExchanges(log: readonly HubExchange[]): HubExchange[] {
  return log.filter(
    ({ kind, status, method }) =>
      ["resolve", "cdn", "url"].includes(kind) &&
      method === "GET" &&
      (status === 200 || status === 206),
  );
}

/** Bytes of files that went over the wire. */
export function contentBytes(log: readonly HubExchange[]): number {
  return contentExchanges(log).reduce((sum, { bytesSent }) => sum + bytesSent, 0);
}

/** The first byte that an exchange asked for. */
export function firstByte(exchange: HubExchange): number {
  return Number(/^bytes=(\d+)-/.exec(exchange.range ?? "")?.[1] ?? 0);
}
