import { elapsedMs } from "./elapsed_ms.ts";
import type { ErrorCode } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import {
  type Exchange,
  HttpClient,
  type HttpClientOptions,
  type HttpHost,
  discardBody,
} from "./http_client.ts";
import { hubError, isHtml } from "./hub_error.ts";
import type { HubSettings } from "./hub_settings.ts";
import { JsonMeter, type JsonLimits } from "../limits/json_meter.ts";
import type { StallGuard } from "./stall_guard.ts";
import { askedPauseMs, Retryable, type RetryPolicy } from "./retry.ts";

/** The longest JSON answer that is read; a listing page of 1,000 entries is below 1 MiB. */
const JSON_BYTES_MAX = 32 * 1024 * 1024;
/** The longest `Link` header that is read: addresses of pages are below 2 KiB. */
const LINK_LENGTH_MAX = 16 * 1024;

/** A question to the hub's API. */
export interface ApiQuestion {
  readonly url: string;
  /** What is attempted, for the error. */
  readonly attempt: string;
  /** What a plain 404 means. */
  readonly absent: ErrorCode;
  /** What can be done about it, where that is not to check what was asked for. */
  readonly remedy?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long all attempts together may take, in milliseconds. @default {as long as the attempts take} */
  readonly limitMs?: number | undefined;
  /** How long the answer may be, in bytes. @default {32 MiB} */
  readonly bytesMax?: number | undefined;
  /** What the answer may be made of; it is counted while it arrives. */
  readonly json?: JsonLimits | undefined;
}

/** A JSON answer with the address that gave it and its `Link` header. */
export interface ApiAnswer {
  readonly value: unknown;
  readonly url: string;
  readonly link: string | null;
  readonly sizeBytes: number;
}

/** Speaks the hub's protocol over an {@linkcode HttpClient}. */
export class HubClient {
  readonly http: HttpClient;
  readonly endpoint: string;

  constructor(
    host: HttpHost,
    options: Pick<HttpClientOptions, "env"> & {
      readonly settings: HubSettings;
      readonly retry?: Partial<RetryPolicy> | undefined;
    },
  ) {
    const { settings } = options;
    this.endpoint = settings.endpoint;
    this.http = new HttpClient(host, {
      env: options.env,
      tokenOrigin: new URL(settings.endpoint).origin,
      token: settings.token,
      retry: options.retry,
    });
  }

  /**
   * Asks for JSON, retrying what is worth it: `DL-RETRY`, `DL-NO-RETRY`, `DL-NOT-A-HUB`.
   *
   * @throws {ModelError} by status; `not-a-hub` when the answer is no JSON; `limit-exceeded` when it is absurdly long
   */
  async askJson(question: ApiQuestion): Promise<ApiAnswer> {
    const { limitMs } = question;
    const deadlineMs =
      limitMs === undefined ? undefined : elapsedMs(this.http.host.clock) + limitMs;
    const budget = this.http.budget({ deadlineMs });
    for (;;) {
      try {
        return await this.#askOnce(question, deadlineMs);
      } catch (error) {
        await budget.pause(error, question.signal);
      }
    }
  }

  async #askOnce(question: ApiQuestion, deadlineMs: number | undefined): Promise<ApiAnswer> {
    using guard = this.http.questionGuard(question.signal, deadlineMs);
    const exchange = await this.http.send(question.url, {
      guard,
      headers: { accept: "application/json" },
    });
    const { response } = exchange;
    if (response.status !== 200) {
      await discardBody(response);
      throw this.failure(exchange, question);
    }
    const link = response.headers.get("link");
    if (link !== null && link.length > LINK_LENGTH_MAX) {
      await discardBody(response);
      throw tooMuch(question, `its Link header is longer than ${LINK_LENGTH_MAX} characters`);
    }
    const { text, sizeBytes } = await this.#readText(exchange, question, guard);
    return { value: parseJson(text, { exchange, question }), url: exchange.url, link, sizeBytes };
  }

  /** Reads an answer as far as it is of a sane size: `HUB-LIMIT-LISTING`. @throws {ModelError} `limit-exceeded` */
  async #readText(
    exchange: Exchange,
    question: ApiQuestion,
    guard: StallGuard,
  ): Promise<{ readonly text: string; readonly sizeBytes: number }> {
    const bytesMax = Math.min(question.bytesMax ?? JSON_BYTES_MAX, JSON_BYTES_MAX);
    const meter = new JsonMeter(question.json);
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of this.http.read(exchange, guard)) {
      sizeBytes += chunk.length;
      const fault =
        sizeBytes > bytesMax ? `it is longer than ${bytesMax} bytes` : meter.take(chunk);
      if (fault !== undefined) throw tooMuch(question, fault);
      chunks.push(chunk);
    }
    return { text: Buffer.concat(chunks).toString("utf8"), sizeBytes };
  }

  /** The error for an answer that is not the wanted one: {@linkcode Retryable} where another attempt may help. */
  failure(
    exchange: Exchange,
    question: Pick<ApiQuestion, "attempt" | "absent" | "remedy"> & { file?: string },
  ): Error {
    const { response } = exchange;
    const error = hubError(exchange, question);
    const isPassing = response.status === 429 || response.status === 408 || response.status >= 500;
    return isPassing
      ? new Retryable(error, askedPauseMs(response, this.http.host.clock.now()))
      : error;
  }
}

function tooMuch({ attempt }: ApiQuestion, fault: string): ModelError {
  return new ModelError(
    "limit-exceeded",
    `Cannot ${attempt}: the answer is not of a sane size: ${fault}; check the hub's address`,
  );
}

function parseJson(
  text: string,
  context: { readonly exchange: Exchange; readonly question: ApiQuestion },
): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { response } = context.exchange;
    const found = isHtml(response) ? "a web page" : "not JSON";
    const message = `Cannot ${context.question.attempt}: the answer is ${found}; check the hub's address, and whether a login page or a proxy answers in its place`;
    throw new ModelError("not-a-hub", message, { cause: error });
  }
}
