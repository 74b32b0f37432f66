import { decodedChunks, wireChunks } from "../answers/body_chunks.ts";
import type { HubRequest } from "../answers/hub_answer.ts";
import type { SimulatedHub } from "../simulated_hub.ts";

/** What a hub said to one question. */
export interface HubReply {
  readonly status: number;
  readonly headers: Headers;
  /** As on the wire. */
  readonly bytes: Uint8Array;
  readonly text: string;
  /** The body, read as JSON when it is asked for. */
  json(): unknown;
}

/** A question; a path starts with `/` and is asked of the hub's endpoint. */
export interface HubQuestion extends Partial<Omit<HubRequest, "url">> {
  readonly url: string;
}

/**
 * Asks a hub one question without any front, for tests and for looking at what a hub says.
 *
 * @throws {Error} when no answer comes, or one whose body never ends
 */
export function askHub(hub: SimulatedHub, question: HubQuestion): HubReply {
  const { url, method = "GET", headers = {} } = question;
  const answer = hub.respond({
    ...question,
    method,
    headers,
    url: url.startsWith("/") ? hub.endpoint + url : url,
  });
  if (answer.broken !== undefined) throw new Error(`no answer to ${url}: ${answer.broken}`);
  const { body } = answer;
  if (!(body.bytes instanceof Uint8Array)) throw new Error(`the answer to ${url} is generated`);
  const fields = new Headers(
    answer.headers.map(([name, value]): [string, string] => [name, value]),
  );
  const zipped = fields.get("content-encoding") === "gzip" && body.bytes.length > 0;
  const decoded = zipped
    ? [...decodedChunks(body, 65_536)].map((piece) => piece.bytes)
    : [...wireChunks(body, 65_536)];
  const text = Buffer.concat(decoded).toString("utf8");
  return {
    status: answer.status,
    headers: fields,
    bytes: Buffer.concat([...wireChunks(body, 65_536)]),
    text,
    json: () => JSON.parse(text),
  };
}
