import { Worker } from "node:worker_threads";
import type { HashAlgorithm, HashAnswer, HashOrder } from "./hash_message.ts";

/** Bytes of a piece: enough that what is sent to and fro takes no time beside the hashing. */
const PIECE_BYTES = 2 * 1024 * 1024;
/** One is read, one is looked at, one is hashed. */
const PIECES = 3;

/** Threads that wait for a file: to start one takes as long as to hash some megabytes. */
const idle: HashThread[] = [];

/**
 * A hash that is made in another thread. The pieces lie in memory that both see, a few of them: who reads waits for who
 * hashes, and the other way around.
 */
export class HashThread {
  readonly #worker: Worker;
  readonly #shared = new SharedArrayBuffer(PIECES * PIECE_BYTES);
  #pushed = 0;
  #hashed = 0;
  #isUnderWay = false;
  #wake: () => void = () => {};
  #hex: string | undefined;
  #failure: Error | undefined;

  /** Begins a hash, in a thread that waits or in a new one. */
  static begin(algorithm: HashAlgorithm, prefix: string): HashThread {
    const thread = idle.pop() ?? new HashThread();
    thread.#begin(algorithm, prefix);
    return thread;
  }

  private constructor() {
    // Beside this module, compiled or not.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#worker = new Worker(new URL(`./hash_worker.${extension}`, import.meta.url), {
      // What Node.js warns of is not the user's doing.
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
    });
    this.#worker.on("message", (answer: HashAnswer) => {
      if (answer.kind === "digest") this.#hex = answer.hex;
      else this.#hashed++;
      this.#wake();
    });
    this.#worker.on("error", (cause) => this.#fail(cause));
    this.#worker.on("exit", () => this.#fail(undefined));
  }

  /** Where the next piece is to be read to; waits until what was read there before is hashed. */
  async next(): Promise<Uint8Array> {
    await this.#until(() => this.#pushed - this.#hashed < PIECES);
    return new Uint8Array(this.#shared, this.#start, PIECE_BYTES);
  }

  /** Has so many bytes hashed that were read to there. */
  push(count: number): void {
    this.#send({ kind: "piece", start: this.#start, end: this.#start + count });
    this.#pushed++;
  }

  /** The hash of all pieces, in hexadecimal digits. @throws {Error} when the thread has ended */
  async end(): Promise<string> {
    this.#send({ kind: "end" });
    await this.#until(() => this.#hex !== undefined);
    this.#isUnderWay = false;
    return this.#hex ?? "";
  }

  /** Keeps the thread for the next file; one that is in the midst of a file is ended. */
  [Symbol.dispose](): void {
    if (this.#isUnderWay || this.#failure !== undefined) {
      void this.#worker.terminate();
      return;
    }
    this.#worker.unref();
    idle.push(this);
  }

  #begin(algorithm: HashAlgorithm, prefix: string): void {
    this.#pushed = 0;
    this.#hashed = 0;
    this.#hex = undefined;
    this.#isUnderWay = true;
    this.#worker.ref();
    this.#send({ kind: "begin", algorithm, prefix, shared: this.#shared });
  }

  get #start(): number {
    return (this.#pushed % PIECES) * PIECE_BYTES;
  }

  #send(order: HashOrder): void {
    this.#worker.postMessage(order);
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #fail(cause: unknown): void {
    this.#failure ??= new Error(
      "Cannot hash a file: the thread that hashes it has ended; retry the command",
      { cause },
    );
    const at = idle.indexOf(this);
    if (at !== -1) idle.splice(at, 1);
    this.#wake();
  }
}
