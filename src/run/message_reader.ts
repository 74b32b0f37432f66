import type { RunnerEvent } from "../../spec/runner_messages.ts";
import { ModelError } from "../errors.ts";
import { readEvent } from "./read_event.ts";

/** Limits of a {@linkcode MessageReader}. */
export interface MessageReaderOptions {
  /** Bytes of one message. */
  readonly messageBytes: number;
  /** Bytes of all messages until {@linkcode MessageReader.forget}. */
  readonly outputBytes: number;
}

const NEWLINE = 10;

/** A message counts as at least so many bytes: many small ones cost as much as a few large ones. */
const COUNTED_BYTES_MIN = 1024;

/**
 * Reads a runner's output, message by message, and never holds more of it than one message may have.
 *
 * Nothing is read ahead: a runner that floods its output waits for its reader.
 */
export class MessageReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #options: MessageReaderOptions;
  #rest: Uint8Array = new Uint8Array();
  #readBytes = 0;
  /** A read that was begun for a caller who stopped waiting. */
  #pending: Promise<RunnerEvent | undefined> | undefined;

  constructor(output: AsyncIterable<Uint8Array>, options: MessageReaderOptions) {
    this.#chunks = output[Symbol.asyncIterator]();
    this.#options = options;
  }

  /** Begins to count anew. */
  forget(): void {
    this.#readBytes = this.#rest.length;
  }

  /**
   * The next message; undefined when the output ended. Who stops waiting loses nothing: the next call gets it.
   *
   * @throws {ModelError} `runner-flood`, `runner-protocol`
   */
  async next(): Promise<RunnerEvent | undefined> {
    this.#pending ??= this.#read();
    try {
      return await this.#pending;
    } finally {
      this.#pending = undefined;
    }
  }

  /**
   * The next message if it has arrived already; nobody need wait for it.
   *
   * @throws {ModelError} `runner-protocol`
   */
  takeArrived(): RunnerEvent | undefined {
    return this.#pending === undefined ? this.#takeLine() : undefined;
  }

  #takeLine(): RunnerEvent | undefined {
    const end = this.#rest.indexOf(NEWLINE);
    if (end === -1) return undefined;
    const line = this.#rest.subarray(0, end);
    this.#rest = this.#rest.subarray(end + 1);
    this.#count(Math.max(0, COUNTED_BYTES_MIN - line.length));
    return parse(line);
  }

  #count(bytes: number): void {
    this.#readBytes += bytes;
    if (this.#readBytes > this.#options.outputBytes) throw flood("for one request");
  }

  async #read(): Promise<RunnerEvent | undefined> {
    for (;;) {
      const arrived = this.#takeLine();
      if (arrived !== undefined) return arrived;
      if (this.#rest.length > this.#options.messageBytes) throw flood("in one message");
      // oxlint-disable-next-line no-await-in-loop -- a stream has one order
      const { value, done } = await this.#chunks.next();
      if (done === true) {
        if (this.#rest.length > 0) throw nonsense(this.#rest);
        return undefined;
      }
      this.#count(value.length);
      this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
    }
  }
}

function parse(line: Uint8Array): RunnerEvent {
  const message = readEvent(new TextDecoder().decode(line));
  if (message === undefined) throw nonsense(line);
  return message;
}

function flood(what: string): ModelError {
  return new ModelError(
    "runner-flood",
    `Cannot read from the runner: it sent too much ${what} and was ended`,
  );
}

const SHOWN_BYTES = 200;

function nonsense(line: Uint8Array): ModelError {
  return new ModelError(
    "runner-protocol",
    "Cannot read from the runner: it sent something that is not a message of the runner protocol, and was ended",
    {
      expected: "an event of version 1",
      actual: new TextDecoder().decode(line.subarray(0, SHOWN_BYTES)),
    },
  );
}
