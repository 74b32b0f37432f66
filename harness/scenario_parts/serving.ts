import type {
  Fetch,
  ModelManager,
  ModelServer,
  RequirementId,
  ServedRequest,
  ServeRequest,
} from "../../spec/mod.ts";
import type { Verdict } from "../scenario/verdict.ts";

/** What a server of models said to one question. */
export interface ServedReply {
  readonly status: number;
  readonly headers: Headers;
  /** What arrived of the body. */
  readonly bytes: Uint8Array;
  /** Whether the body ended before its time. */
  readonly isBroken: boolean;
}

/** A question; all but its target has a usual value. */
export type ServedQuestion = Pick<ServedRequest, "target"> & Partial<ServedRequest>;

/** Where a server of models seems to be. */
export const SERVED_ORIGIN = "http://models.test";

/**
 * Asks a server of models one question, and takes all of its answer.
 *
 * @param onPiece called after each piece of the body
 */
export async function askServer(
  server: ModelServer,
  question: ServedQuestion,
  onPiece?: () => Promise<void>,
): Promise<ServedReply> {
  const { method = "GET", headers = {} } = question;
  const host = new URL(SERVED_ORIGIN).host;
  const answer = await server.answer({ ...question, method, headers: { host, ...headers } });
  const pieces: Uint8Array[] = [];
  let isBroken = false;
  try {
    for await (const piece of answer.body ?? []) {
      pieces.push(Uint8Array.from(piece));
      await onPiece?.();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    isBroken = true;
  }
  return {
    status: answer.status,
    headers: new Headers(answer.headers.map(([name, value]): [string, string] => [name, value])),
    bytes: Buffer.concat(pieces),
    isBroken,
  };
}

/** A network on which the server of models is the only host. */
export function serverFetch(server: ModelServer): Fetch {
  return async (url, { method, headers }) => {
    const { origin, host } = new URL(url);
    const fields = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const target = url.slice(origin.length);
    const answer = await server.answer({
      method,
      target: target === "" ? "/" : target,
      headers: { ...Object.fromEntries(fields), host },
    });
    const named = new Headers(
      answer.headers.map(([name, value]): [string, string] => [name, value]),
    );
    return { status: answer.status, headers: named, body: answer.body };
  };
}

/**
 * Starts to serve, or skips what cannot be judged without. A question that is not answered at all breaks the first requirement.
 *
 * @returns undefined where the subject serves nothing
 */
export async function beginServing(
  subject: ModelManager,
  verdict: Verdict,
  options: {
    readonly covers: readonly [RequirementId, ...RequirementId[]];
    readonly request?: ServeRequest;
  },
): Promise<ModelServer | undefined> {
  const { covers, request = {} } = options;
  if (subject.serve === undefined) {
    for (const id of covers) verdict.skip(id, "it serves nothing");
    return undefined;
  }
  const [first] = covers;
  const server = await verdict.attempt(first, async () => subject.serve?.(request));
  if (server === undefined) return undefined;
  const { address } = server;
  return {
    ...(address !== undefined && { address }),
    answer: (asked) => verdict.attempt(first, () => server.answer(asked)),
  };
}
