import type { Environment, Host, HttpResponse } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { chooseProxy } from "./choose_proxy.ts";
import { splitCredentials } from "./credentials.ts";
import { DEFAULT_RETRY, Retryable, RetryBudget, type RetryPolicy } from "./retry.ts";
import { StallGuard } from "./stall_guard.ts";
import { throwIfAborted, waitOrAbort } from "../cancellation.ts";

/** Redirects that are followed for one request; hubs need three. */
const HOPS_MAX = 10;

/** What a client needs of the host. */
export type HttpHost = Pick<Host, "fetch" | "clock" | "random">;

/** Options of an {@linkcode HttpClient}. */
export interface HttpClientOptions {
  readonly env: Environment;
  /** The only place that the token is sent to: `HUB-TOKEN-HOST`. */
  readonly tokenOrigin: string;
  readonly token?: string | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
}

/** An answer after all redirects. */
export interface Exchange {
  readonly response: HttpResponse;
  /** Where the answer came from. */
  readonly url: string;
  /** Answers along the way, the last one included, that the token's origin gave without an error. */
  readonly trusted: readonly HttpResponse[];
  readonly tokenSent: boolean;
}

/** Options of one request. */
export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: "GET" | "HEAD";
  readonly guard: StallGuard;
}

/**
 * Sends requests: redirects followed by hand, token to one origin only, proxies by the environment.
 *
 * It knows HTTP, and nothing of hubs.
 */
export class HttpClient {
  readonly policy: RetryPolicy;
  readonly host: HttpHost;
  readonly #options: HttpClientOptions;

  constructor(host: HttpHost, options: HttpClientOptions) {
    this.host = host;
    this.#options = options;
    this.policy = { ...DEFAULT_RETRY, ...options.retry };
  }

  /** A fresh count of failures for one task. */
  budget(policy: Partial<RetryPolicy> = {}): RetryBudget {
    return new RetryBudget(this.host.clock, this.host.random, { ...this.policy, ...policy });
  }

  /** A fresh watch over one attempt. */
  guard(signal: AbortSignal | undefined): StallGuard {
    return new StallGuard(this.host.clock, { stallTimeoutMs: this.policy.stallTimeoutMs, signal });
  }

  /**
   * Sends one request and follows its redirects: `HUB-REDIRECT`, `HUB-HOPS`.
   *
   * @throws {Retryable} when no answer came
   * @throws {ModelError} `limit-exceeded` for redirects without end, `not-a-hub` for one to nowhere
   */
  async send(url: string, options: SendOptions): Promise<Exchange> {
    const trusted: HttpResponse[] = [];
    const { url: start, authorization } = splitCredentials(url);
    let at = start;
    for (let hops = 0; hops <= HOPS_MAX; hops++) {
      const isTokenOrigin = new URL(at).origin === this.#options.tokenOrigin;
      const tokenSent = isTokenOrigin && this.#options.token !== undefined;
      const isStart = new URL(at).origin === new URL(start).origin;
      const own = isStart && authorization !== undefined ? { authorization } : {};
      const headers = { ...own, ...options.headers };
      const response = await this.#sendOne(at, { ...options, headers, tokenSent });
      if (isTokenOrigin && response.status < 400) trusted.push(response);
      if (![301, 302, 303, 307, 308].includes(response.status))
        return { response, url: at, trusted, tokenSent };
      await discardBody(response);
      at = redirectTarget(at, response);
    }
    throw new ModelError(
      "limit-exceeded",
      `Cannot fetch "${withoutQuery(url)}": it was redirected more than ${HOPS_MAX} times; check the hub's address`,
    );
  }

  /**
   * Reads a body, watched for stalls.
   *
   * @throws {Retryable} when the connection breaks
   */
  async *read(exchange: Exchange, guard: StallGuard): AsyncGenerator<Uint8Array> {
    const { body } = exchange.response;
    if (body === null) return;
    const chunks = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#guarded(() => chunks.next(), { guard, url: exchange.url });
        if (next.done) return;
        guard.moved();
        yield next.value;
      }
    } finally {
      // Lets go of the connection when the reader stops early; a broken one has nothing left to say.
      void Promise.resolve(chunks.return?.()).catch(ignoreBroken);
    }
  }

  async #sendOne(
    url: string,
    options: SendOptions & { readonly tokenSent: boolean },
  ): Promise<HttpResponse> {
    const { guard, tokenSent } = options;
    const proxy = chooseProxy(url, this.#options.env);
    const headers: Record<string, string> = {
      "user-agent": "mlx-layout",
      // Ranges and sizes are those of the file, not of a compressed copy of it.
      "accept-encoding": "identity",
      ...options.headers,
      ...(tokenSent ? { authorization: `Bearer ${this.#options.token}` } : {}),
    };
    const request = {
      method: options.method ?? "GET",
      headers,
      signal: guard.signal,
      ...(proxy === undefined ? {} : { proxy }),
    } as const;
    const response = await this.#guarded(() => this.host.fetch(url, request), { guard, url });
    guard.moved();
    return response;
  }

  /** Distinguishes a cancel, a stall and a broken connection, by who aborted and not by what the error says. */
  async #guarded<T>(
    action: () => Promise<T>,
    place: { readonly guard: StallGuard; readonly url: string },
  ): Promise<T> {
    const { guard, url } = place;
    try {
      return await waitOrAbort(action(), guard.signal);
    } catch (error) {
      const reason: unknown = guard.signal.reason;
      if (guard.signal.aborted && reason instanceof ModelError && reason.code === "timeout") {
        throw new Retryable(reason);
      }
      if (guard.signal.aborted) throwIfAborted(guard.signal);
      const message = `Cannot fetch "${withoutQuery(url)}": the connection failed; check the network and retry the command`;
      throw new Retryable(new ModelError("network", message, { cause: error }));
    }
  }
}

/** Drops a body that nobody will read, so that its connection comes free. */
export async function discardBody(response: HttpResponse): Promise<void> {
  if (response.body === null) return;
  await Promise.resolve(response.body[Symbol.asyncIterator]().return?.()).catch(ignoreBroken);
}

/** A connection that breaks while its rest is thrown away is not a failure. */
function ignoreBroken(): void {}

function redirectTarget(from: string, response: HttpResponse): string {
  const location = response.headers.get("location");
  const target = location === null ? null : URL.parse(location, from);
  if (target === null || (target.protocol !== "https:" && target.protocol !== "http:")) {
    throw new ModelError(
      "not-a-hub",
      `Cannot fetch "${withoutQuery(from)}": it was redirected to something that is not a web address; check the hub's address`,
    );
  }
  // A server that redirects does not decide who the client is.
  return splitCredentials(target.href).url;
}

/** An address without its query, which may be signed. */
export function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
