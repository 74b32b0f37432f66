/**
 * What `mlx-conform hub` prints of a request.
 *
 * @module
 */

import type { HubExchange } from "../../../harness/mod.ts";

/** The forms of a log. */
export const LOG_FORMS = ["lines", "json"] as const;

/** The form of a log: for people or for programs. */
export type LogForm = (typeof LOG_FORMS)[number];

/** One request in one line, without its token. */
export function exchangeLine(exchange: HubExchange, form: LogForm): string {
  const { atMs, kind, method, url, status, range, fault, bytesSent, bytesPlanned } = exchange;
  const { authorization } = exchange;
  const time = new Date(atMs).toISOString();
  const { host, pathname, search } = new URL(url);
  if (form === "json") {
    return JSON.stringify({
      type: "request",
      time,
      method,
      kind,
      host,
      path: pathname + search,
      range,
      hasToken: authorization !== undefined,
      // None when no answer came.
      status: status === 0 ? null : status,
      bytesSent,
      bytesPlanned: Number.isFinite(bytesPlanned) ? bytesPlanned : null,
      fault,
    });
  }
  const sent =
    bytesSent === bytesPlanned
      ? `${bytesSent} bytes`
      : `${bytesSent} of ${Number.isFinite(bytesPlanned) ? bytesPlanned : "endless"} bytes`;
  const words = [
    time.slice(11, 23),
    status === 0 ? "---" : String(status),
    method.padEnd(4),
    kind.padEnd(7),
    pathname + search,
    ...(range === undefined ? [] : [range]),
    ...(authorization === undefined ? [] : ["with a token"]),
    sent,
    ...(fault === undefined ? [] : [`fault: ${fault}`]),
  ];
  return words.join("  ");
}
