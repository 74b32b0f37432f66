import type { Digest, ErrorCode } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { discardBody, type Exchange, type HttpClient } from "../../hub/http_client.ts";
import { hubError, isHtml, isPageName } from "../../hub/hub_error.ts";
import { askedPauseMs, Retryable } from "../../hub/retry.ts";
import type { StallGuard } from "../../hub/stall_guard.ts";

/** Wrong answers to a range request after which ranges are no longer asked for. */
const WRONG_RANGES_MAX = 2;

/** Where one file comes from. */
export interface FileSourceOptions {
  /** Address that is asked first; it may redirect. */
  readonly url: string;
  /** Repository path, for errors. */
  readonly file: string;
  /** The listed size in bytes; undefined when it is not stated. */
  readonly sizeBytes: number | undefined;
  /** The strong etag that the content has; for sources without a commit. */
  readonly validator?: string | undefined;
  /** The commit that the request itself names; an answer that states another one is refused: `DL-PINNED`. */
  readonly pin?: string | undefined;
  /** Is told what arrives and what fails. */
  readonly flow?: Flow | undefined;
}

/** Who is told how a transfer goes. */
export interface Flow {
  readonly moved: (bytes: number) => void;
  /** An answer arrived whole. */
  readonly finished: () => void;
  /** The server refuses for now, or the connection broke. */
  readonly strained: () => void;
  /** Waits before another attempt while there are more transfers than serve. */
  readonly giveWay: (signal: AbortSignal) => Promise<void>;
}

/** Options of {@linkcode FileSource.read}. */
export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Whether an answer with the whole file is of no use: other ranges are read at the same time. */
  readonly mustRange?: boolean;
}

/** Thrown to a reader that needs ranges of a server that ignores them. */
export class RangesIgnored extends Error {
  override readonly name = "RangesIgnored";
}

/** Reads ranges of one remote file, through redirects, breaks and expiring addresses. */
export class FileSource {
  readonly #http: HttpClient;
  readonly #options: FileSourceOptions;
  #resolved: string | undefined;
  #wrongRanges = 0;
  #statedDigest: Digest | undefined;

  constructor(http: HttpClient, options: FileSourceOptions) {
    this.#http = http;
    this.#options = options;
  }

  /** The hash that the hub's own answer stated in its headers, once something was read. */
  get statedDigest(): Digest | undefined {
    return this.#statedDigest;
  }

  /**
   * Yields the bytes from `from` up to `to`, each once and in order: `DL-RESUME-RANGE`, `DL-RETRY`, `DL-CDN-EXPIRED`.
   *
   * @param range `to` is undefined for a file of unknown size
   * @throws {ModelError} when it cannot be had; `integrity` when the server's sizes contradict the listing
   */
  async *read(
    range: { readonly from: number; readonly to: number | undefined },
    options: ReadOptions,
  ): AsyncGenerator<Uint8Array> {
    const budget = this.#http.budget();
    const { flow } = this.#options;
    let at = range.from;
    while (range.to === undefined || at < range.to) {
      try {
        for await (const chunk of this.#readOnce({ from: at, to: range.to }, options)) {
          at += chunk.length;
          budget.progressed();
          flow?.moved(chunk.length);
          yield chunk;
        }
        flow?.finished();
        if (range.to === undefined) return;
      } catch (error) {
        if (isStrain(error)) flow?.strained();
        await budget.pause(error, options.signal);
        await flow?.giveWay(options.signal);
      }
    }
  }

  /** One attempt. It is a function of its own, as esbuild keeps what `using` met in an earlier turn of a loop. */
  async *#readOnce(
    range: { readonly from: number; readonly to: number | undefined },
    options: ReadOptions,
  ): AsyncGenerator<Uint8Array> {
    using guard = this.#http.guard(options.signal);
    const { exchange, start } = await this.#open(range, { ...options, guard });
    let at = range.from;
    let skipBytes = at - start;
    for await (const chunk of this.#http.read(exchange, guard)) {
      const skipped = Math.min(skipBytes, chunk.length);
      skipBytes -= skipped;
      const rest = chunk.subarray(skipped);
      if (rest.length === 0) continue;
      if (range.to !== undefined && at + rest.length > range.to)
        throw this.#contradiction("more bytes than it has");
      at += rest.length;
      yield rest;
    }
    if (range.to !== undefined && at < range.to) throw this.#broken(at);
    this.#http.finished();
  }

  async #open(
    range: { readonly from: number; readonly to: number | undefined },
    options: ReadOptions & { readonly guard: StallGuard },
  ): Promise<{ exchange: Exchange; start: number }> {
    const { guard, mustRange } = options;
    const asks = this.#asksForRange(range);
    // Who has refused ranges gives whole files alone, and others read them at the same time.
    if (!asks && mustRange) throw new RangesIgnored();
    const exchange = await this.#http.send(this.#resolved ?? this.#options.url, {
      guard,
      headers: asks ? this.#rangeHeaders(range) : {},
    });
    const { status } = exchange.response;
    try {
      if (status === 200 && mustRange) throw new RangesIgnored();
      if (status === 200) return { exchange, start: this.#acceptWhole(exchange) };
      if (status === 206 && asks) return { exchange, start: this.#acceptPart(exchange, range) };
      throw this.#refused(exchange, asks);
    } catch (error) {
      await discardBody(exchange.response);
      throw error;
    }
  }

  #asksForRange(range: { readonly from: number; readonly to: number | undefined }): boolean {
    if (this.#wrongRanges >= WRONG_RANGES_MAX) return false;
    return range.from > 0 || (range.to !== undefined && range.to !== this.#options.sizeBytes);
  }

  #rangeHeaders(range: {
    readonly from: number;
    readonly to: number | undefined;
  }): Record<string, string> {
    const last =
      range.to === undefined || range.to === this.#options.sizeBytes ? "" : String(range.to - 1);
    const { validator } = this.#options;
    return {
      range: `bytes=${range.from}-${last}`,
      ...(validator === undefined ? {} : { "if-range": validator }),
    };
  }

  /** A whole file is taken only when its stated length is the listed one. */
  #acceptWhole(exchange: Exchange): number {
    const { headers } = exchange.response;
    const length = headers.get("content-length");
    const isEncoded = !["", "identity"].includes(headers.get("content-encoding") ?? "");
    const { sizeBytes } = this.#options;
    if (length !== null && !isEncoded && sizeBytes !== undefined && Number(length) !== sizeBytes) {
      throw this.#contradiction(`${length} bytes`);
    }
    this.#accept(exchange);
    return 0;
  }

  /** A part is taken only when it starts at the byte that was asked for, of a file of the listed size. */
  #acceptPart(
    exchange: Exchange,
    range: { readonly from: number; readonly to: number | undefined },
  ): number {
    const { headers } = exchange.response;
    const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(
      (headers.get("content-range") ?? "").trim(),
    );
    const [, first, last, total] = match ?? [];
    const { sizeBytes } = this.#options;
    const isRight =
      Number(first) === range.from &&
      (range.to === undefined || Number(last) < range.to) &&
      (total === "*" || sizeBytes === undefined || Number(total) === sizeBytes);
    if (!isRight) {
      this.#wrongRanges++;
      throw new Retryable(
        new ModelError(
          "not-a-hub",
          `Cannot resume "${this.#options.file}": the server sent another range than was asked for; retry the command`,
          {
            file: this.#options.file,
            expected: `bytes ${range.from}-`,
            actual: headers.get("content-range") ?? "none",
          },
        ),
      );
    }
    this.#accept(exchange);
    return range.from;
  }

  #accept(exchange: Exchange): void {
    const { file } = this.#options;
    if (isHtml(exchange.response) && !isPageName(file)) {
      throw new ModelError(
        "not-a-hub",
        `Cannot fetch "${file}": the answer is a web page and not the file; check the address, and whether a login page stands before it`,
        { file },
      );
    }
    const { validator } = this.#options;
    const etag = exchange.response.headers.get("etag");
    if (validator !== undefined && etag !== null && etag !== validator) {
      throw new ModelError(
        "integrity",
        `Cannot finish "${this.#options.file}": it changed on the server meanwhile; retry the command`,
        { file: this.#options.file, expected: validator, actual: etag },
      );
    }
    this.#assertPinned(exchange);
    // Later ranges go straight to where the first one was found.
    if (exchange.url !== this.#options.url) this.#resolved = exchange.url;
    this.#statedDigest ??= exchange.trusted.map(digestOf).find((digest) => digest !== undefined);
  }

  /** The hub's own answers may state the commit that they are of. */
  #assertPinned({ trusted }: Exchange): void {
    const { file, pin } = this.#options;
    const stated = trusted.map(({ headers }) => headers.get("x-repo-commit") ?? pin);
    const other = stated.find((commit) => commit !== pin);
    if (pin === undefined || other === undefined) return;
    throw new ModelError(
      "integrity",
      `Cannot keep "${file}": commit ${pin} was asked for, and the hub answers with a file of ${JSON.stringify(other)}; do not trust this hub`,
      { file, expected: pin, actual: other },
    );
  }

  #refused(exchange: Exchange, asked: boolean): Error {
    const { response, url } = exchange;
    const { file } = this.#options;
    const isElsewhere = new URL(url).origin !== new URL(this.#options.url).origin;
    if (response.status === 416 || response.status === 206) {
      // The server cannot serve what is left, or serves what was not asked for: the next attempt reads the whole file.
      if (asked) this.#wrongRanges = WRONG_RANGES_MAX;
      return this.#contradiction("no such range");
    }
    const absent: ErrorCode = "file-not-found";
    const error = hubError(exchange, { attempt: `fetch "${file}"`, absent, file });
    if (response.status === 429 || response.status === 408 || response.status >= 500) {
      return new Retryable(error, askedPauseMs(response, this.#http.host.clock.now()));
    }
    if (isElsewhere) {
      // The address that a redirect gave is valid for a time only: the next attempt asks the hub anew.
      this.#resolved = undefined;
      return new Retryable(error);
    }
    return error;
  }

  #contradiction(actual: string): Retryable {
    const { file, sizeBytes } = this.#options;
    return new Retryable(
      new ModelError(
        "integrity",
        `Cannot fetch "${file}": the server sends ${actual} where ${sizeBytes ?? "an unknown number of"} bytes are listed; retry the command later`,
        { file, expected: `${sizeBytes ?? "unknown"} bytes`, actual },
      ),
    );
  }

  #broken(at: number): Retryable {
    const { file, sizeBytes } = this.#options;
    return new Retryable(
      new ModelError(
        "network",
        `Cannot fetch "${file}": the connection ended at byte ${at} of ${sizeBytes ?? "unknown"}; retry the command to resume`,
        { file },
      ),
    );
  }
}

/** What fewer requests at a time may prevent. */
function isStrain(error: unknown): boolean {
  if (!(error instanceof Retryable)) return false;
  return ["rate-limited", "hub-unavailable", "network", "timeout"].includes(error.failure.code);
}

function digestOf(response: Exchange["response"]): Digest | undefined {
  const etag = response.headers.get("x-linked-etag") ?? response.headers.get("etag") ?? "";
  const hex = etag.replace(/^W\//, "").replaceAll('"', "");
  if (/^[0-9a-f]{64}$/.test(hex)) return `sha256:${hex}`;
  return /^[0-9a-f]{40}$/.test(hex) ? `git-sha1:${hex}` : undefined;
}
