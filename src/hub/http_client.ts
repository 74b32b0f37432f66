import { resolve } from "node:path";
import type { Environment, Host, HttpResponse } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { chooseProxy } from "./choose_proxy.ts";
import {
  CONNECTION_FAULTS,
  connectionFault,
  type ConnectionFaultName,
} from "./connection_fault.ts";
import { splitCredentials } from "./credentials.ts";
import { HubEnvironment } from "./environment.ts";
import { serverReason } from "./server_reason.ts";
import {
  DEFAULT_RETRY,
  Retryable,
  RetryBudget,
  type RetryLimits,
  type RetryPolicy,
} from "./retry.ts";
import { SpeedFloor } from "./speed_floor.ts";
import { StallGuard } from "./stall_guard.ts";
import { throwIfAborted } from "../cancellation.ts";

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
  /** What the server says of why it refuses, fit to be shown; undefined when it says nothing. */
  readonly reason: string | undefined;
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
  readonly #questionTimeoutMs: number;
  readonly #floor: SpeedFloor;

  /** @throws {ModelError} `invalid-argument` for a time limit of the environment that is not one */
  constructor(host: HttpHost, options: HttpClientOptions) {
    const { downloadTimeoutMs, etagTimeoutMs } = new HubEnvironment(options.env);
    this.host = host;
    this.#options = options;
    const stallTimeoutMs = downloadTimeoutMs ?? DEFAULT_RETRY.stallTimeoutMs;
    this.policy = { ...DEFAULT_RETRY, stallTimeoutMs, ...options.retry };
    this.#floor = new SpeedFloor(host.clock, { stallTimeoutMs: this.policy.stallTimeoutMs });
    this.#questionTimeoutMs =
      options.retry?.stallTimeoutMs ?? etagTimeoutMs ?? DEFAULT_RETRY.stallTimeoutMs;
  }

  /** Notes that an answer arrived whole: many small ones are not a slow line. */
  finished(): void {
    this.#floor.finished();
  }

  /** A fresh count of failures for one task. */
  budget(policy: Partial<RetryLimits> = {}): RetryBudget {
    return new RetryBudget(this.host.clock, this.host.random, { ...this.policy, ...policy });
  }

  /** A fresh watch over one attempt to transfer a file: `HUB-ENV-TIMEOUT`. */
  guard(signal: AbortSignal | undefined): StallGuard {
    const { stallTimeoutMs } = this.policy;
    return new StallGuard(this.host.clock, { stallTimeoutMs, signal, floor: this.#floor });
  }

  /** A fresh watch over one question about a repository or a file, which may have a deadline. */
  questionGuard(signal: AbortSignal | undefined, deadlineMs?: number): StallGuard {
    const stallTimeoutMs = this.#questionTimeoutMs;
    return new StallGuard(this.host.clock, {
      stallTimeoutMs,
      deadlineMs,
      signal,
      floor: this.#floor,
    });
  }

  /**
   * Sends one request and follows its redirects: `HUB-REDIRECT`, `HUB-HOPS`, `HUB-SECURE`.
   *
   * @throws {Retryable} when no answer came
   * @throws {ModelError} `limit-exceeded` for redirects without end, `not-a-hub` for one to nowhere or from
   * https to http
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
        return { response, url: at, trusted, tokenSent, reason: this.#reason(response, headers) };
      await discardBody(response);
      const target = redirectTarget(at, response);
      this.assertStaysSecure(at, target);
      at = target;
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
        guard.moved(next.value.length);
        yield next.value;
      }
    } finally {
      // Lets go of the connection when the reader stops early; a broken one has nothing left to say.
      void Promise.resolve(chunks.return?.()).catch(ignoreBroken);
    }
  }

  /**
   * Refuses a step from https to http, which a redirect or a listing asks for: `HUB-SECURE`.
   *
   * @throws {ModelError} `not-a-hub`
   */
  assertStaysSecure(from: string, to: string): void {
    if (!from.startsWith("https:") || to.startsWith("https:")) return;
    if (new HubEnvironment(this.#options.env).allowsHttpRedirects) return;
    throw new ModelError(
      "not-a-hub",
      `Cannot fetch "${withoutQuery(from)}": it leads to "${withoutQuery(to)}", which is not encrypted; check the hub's address, or set MLX_LAYOUT_ALLOW_HTTP_REDIRECTS=1 if this network is yours`,
    );
  }

  /** What the server says, without what it was sent in confidence. */
  #reason(response: HttpResponse, headers: Readonly<Record<string, string>>): string | undefined {
    if (response.status < 400) return undefined;
    const { token = "" } = this.#options;
    const password = headers["authorization"]?.split(" ").at(-1) ?? "";
    return serverReason(response, { secrets: [token, ...passwordsOf(password)] });
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
    const certificates = url.startsWith("https:")
      ? new HubEnvironment(this.#options.env).certificateFile?.value
      : undefined;
    const request = {
      method: options.method ?? "GET",
      headers,
      signal: guard.signal,
      ...(proxy === undefined ? {} : { proxy }),
      ...(certificates === undefined ? {} : { certificates: resolve(certificates) }),
    } as const;
    const response = await this.#guarded(() => this.host.fetch(url, request), {
      guard,
      url,
      proxy,
    });
    guard.moved();
    if (proxy !== undefined && response.status === 407) {
      await discardBody(response);
      throw connectionError("proxy-password", { url, proxy });
    }
    return response;
  }

  /** Distinguishes a cancel, a stall and a broken connection, by who aborted and not by what the error says. */
  async #guarded<T>(
    action: () => Promise<T>,
    place: Place & { readonly guard: StallGuard },
  ): Promise<T> {
    const { guard } = place;
    try {
      return await guard.wait(action());
    } catch (error) {
      const reason: unknown = guard.signal.reason;
      if (guard.signal.aborted && reason instanceof ModelError && reason.code === "timeout") {
        // What drips does so at the next attempt as well.
        throw guard.isTooSlow ? reason : new Retryable(reason);
      }
      if (guard.signal.aborted) throwIfAborted(guard.signal);
      const name = connectionFault(error);
      const failure = connectionError(name, place, error);
      throw CONNECTION_FAULTS[name].passes ? new Retryable(failure) : failure;
    }
  }
}

/** Where a request goes. */
interface Place {
  readonly url: string;
  readonly proxy?: string | undefined;
}

/** The error for a connection that gave no answer; the proxy's name is part of it where there is one. */
function connectionError(name: ConnectionFaultName, place: Place, error?: unknown): ModelError {
  const { code, cause, remedy } = CONNECTION_FAULTS[name];
  const { url, proxy } = place;
  const way = proxy === undefined ? "" : ` through the proxy ${new URL(proxy).host}`;
  const message = `Cannot fetch "${withoutQuery(url)}"${way}: ${cause}; ${remedy}`;
  return new ModelError(code, message, error === undefined ? {} : { cause: error });
}

/** What an `Authorization` header holds in other spellings. */
function passwordsOf(pair: string): readonly string[] {
  const decoded = Buffer.from(pair, "base64").toString("utf8");
  return [pair, decoded, decoded.slice(decoded.indexOf(":") + 1)];
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
