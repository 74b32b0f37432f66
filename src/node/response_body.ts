import { type Transform, Readable, pipeline } from "node:stream";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from "node:zlib";
import { chunkMemory } from "./chunk_memory.ts";
import { ConnectionError } from "./connection_error.ts";

/** Facts that {@linkcode responseBody} needs beside the stream. */
export interface ResponseBodyOptions {
  /** The `Content-Encoding` header, if there is one. */
  readonly encoding: string | null;
  /** The `Content-Length` header, if there is one. */
  readonly length: string | null;
  /** What a failure says was attempted. */
  readonly attempt: string;
  readonly signal?: AbortSignal;
}

/** What is left of a body that nobody wants is read up to here, so that the connection can be used again. */
const DRAIN_BYTES = 64 * 1024;

const DRAIN_TIMEOUT_MS = 1_000;

/**
 * Turns undici's body into the port's: decoded, readable once, and free to be left at any byte.
 *
 * Leaving it (`return` of the iterator, so also `break` in a loop) drains a short rest and breaks the connection of a
 * long one. A stream that stops inside a compressed body is an error, not an end.
 */
export function responseBody(
  source: Readable,
  options: ResponseBodyOptions,
): AsyncIterable<Uint8Array> {
  // Failures reach the reader; without a reader they must not end the process.
  source.on("error", ignore);
  const iterator = new BodyIterator(source, options);
  return { [Symbol.asyncIterator]: () => iterator };
}

class BodyIterator implements AsyncIterator<Uint8Array, undefined> {
  readonly #source: Readable;
  readonly #options: ResponseBodyOptions;
  readonly #encodings: readonly string[];
  #chunks: AsyncIterator<Uint8Array> | undefined;
  #bytesRead = 0;
  #reading = false;

  constructor(source: Readable, options: ResponseBodyOptions) {
    this.#source = source;
    this.#options = options;
    this.#encodings = contentEncodings(options.encoding);
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#reading = true;
    try {
      this.#chunks ??= await this.#start();
      const next = await this.#chunks.next();
      if (next.done === true) return { done: true, value: undefined };
      this.#bytesRead += next.value.length;
      // What was decoded comes from memory of the decoder's.
      if (this.#encodings.length === 0) chunkMemory.note(next.value);
      return next;
    } catch (error) {
      this.#source.destroy();
      this.#options.signal?.throwIfAborted();
      throw new ConnectionError(this.#options.attempt, error);
    } finally {
      this.#reading = false;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    // A read that still waits is one that was given up: the connection has stalled.
    if (this.#reading || this.#encodings.length > 0 || this.#restIsLong()) this.#source.destroy();
    // Not awaited, because who leaves a body does not want to wait for its rest.
    else this.#drain().catch(ignore);
    return { done: true, value: undefined };
  }

  async #start(): Promise<AsyncIterator<Uint8Array>> {
    const stream =
      this.#encodings.length === 0 ? this.#source : await decoded(this.#source, this.#encodings);
    const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
    return chunks;
  }

  /** Unknown lengths count as short: most are those of error pages and redirects. */
  #restIsLong(): boolean {
    const { length } = this.#options;
    return length !== null && Number(length) - this.#bytesRead > DRAIN_BYTES;
  }

  async #drain(): Promise<void> {
    const timeout = AbortSignal.timeout(DRAIN_TIMEOUT_MS);
    timeout.addEventListener("abort", () => this.#source.destroy());
    const until = this.#bytesRead + DRAIN_BYTES;
    while (this.#bytesRead <= until) {
      if ((await this.next()).done === true) return;
    }
    this.#source.destroy();
  }
}

/** A failure of what nobody reads concerns nobody. */
function ignore(): void {}

/** Encodings in the order in which they were applied. */
function contentEncodings(header: string | null): string[] {
  return (header ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
}

async function decoded(source: Readable, encodings: readonly string[]): Promise<Readable> {
  const chunks: AsyncIterator<Uint8Array> = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  // An empty body is empty in every encoding, which the decoders do not know.
  if (first.done === true) return source;
  let stream = Readable.from(fromFirst(source, first.value, chunks));
  for (const [at, encoding] of encodings.toReversed().entries()) {
    const decoder = decoderFor(encoding, at === 0 ? first.value : undefined);
    // The failure itself reaches the reader, because `pipeline` destroys the decoder with it.
    stream = pipeline(stream, decoder, ignore);
  }
  return stream;
}

async function* fromFirst(
  source: Readable,
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      yield next.value;
    }
  } finally {
    source.destroy();
  }
}

/**
 * @param start the first encoded bytes, where they are known
 */
function decoderFor(encoding: string, start: Uint8Array | undefined): Transform {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "br":
      return createBrotliDecompress();
    case "zstd":
      return createZstdDecompress();
    case "deflate": {
      // The standard's "deflate" has a zlib header; several servers leave it away, and the first byte tells.
      const hasHeader = ((start?.[0] ?? 8) & 0x0f) === 8;
      return hasHeader ? createInflate() : createInflateRaw();
    }
    default:
      throw new Error(`the content encoding "${encoding}" is not known`);
  }
}
