import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { ModelServer } from "../../../spec/mod.ts";

/** How long a server has for an answer, in milliseconds. */
const ANSWER_MS = 20_000;

/**
 * Asks a server of models over HTTP, each question on a connection of its own. Its target goes over the wire as it stands, and
 * `Host` is the server's own address.
 *
 * @param address where a program says that it listens
 */
export function serverAt(address: string): ModelServer {
  const { hostname, port } = new URL(address);
  return {
    address,
    answer: async ({ method, target, headers, body = "" }) => {
      const { host: _, ...fields } = headers;
      const length = body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const outgoing = request({
        hostname: hostname.replace(/^\[|\]$/g, ""),
        port,
        method,
        path: target,
        headers: { ...fields, ...length },
        agent: false,
        timeout: ANSWER_MS,
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
      outgoing.end(body);
      const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
      const { statusCode: status = 0, rawHeaders } = incoming;
      const named: [string, string][] = [];
      for (let at = 0; at < rawHeaders.length; at += 2)
        named.push([rawHeaders[at] ?? "", rawHeaders[at + 1] ?? ""]);
      return { status, headers: named, body: incoming };
    },
  };
}
