/**
 * What is asked of an implementation that offers its models to others as a hub, and what it answers; `serve.md` states the
 * rules.
 *
 * @module
 */

/** How models are offered. */
export interface ServeRequest {
  /** What each request must have as `Authorization: Bearer …`. @default {nothing: whoever can connect may read} */
  readonly token?: string;
}

/** One request, as it stands on the wire. */
export interface ServedRequest {
  /** Such as `GET`. */
  readonly method: string;
  /** Path and query as on the request line: nothing in it is decoded or normalized. */
  readonly target: string;
  /** The request's headers, by name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a request that has one. */
  readonly body?: string;
}

/** One answer. */
export interface ServedAnswer {
  /** The status code, such as 206. */
  readonly status: number;
  /** The answer's headers, each with its value. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The bytes, in pieces; reading it rejects where they can no longer be given, and the connection is broken then. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Models that are offered. Nothing is held open between two requests. */
export interface ModelServer {
  /** Where it listens, such as `http://127.0.0.1:8017`; absent where it only answers its caller. */
  readonly address?: string;
  /** Answers one request. Rejects only where the implementation itself is at fault. */
  answer(request: ServedRequest): Promise<ServedAnswer>;
}
