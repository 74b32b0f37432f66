import { ModelError } from "../errors.ts";

/** What is kept of a runner's stderrTail. */
const KEPT_BYTES = 4096;

/**
 * Reads what a runner complains of, so that it never waits for a reader, and keeps the end of it.
 *
 * A runtime prints warnings and progress there, so output there is not a failure, short of a flood.
 */
export class StderrTail {
  /** Rejects when more came than the limit. Never resolves. */
  readonly flood: Promise<never>;
  /** Resolves when there are no more. */
  readonly ended: Promise<void>;
  #kept: Uint8Array = new Uint8Array();
  #readBytes = 0;
  #reject: (error: ModelError) => void = () => {};

  constructor(output: AsyncIterable<Uint8Array>, options: { readonly outputBytes: number }) {
    this.flood = new Promise((_, reject) => {
      this.#reject = reject;
    });
    // Nobody need be waiting when it comes.
    this.flood.catch(() => {});
    this.ended = this.#read(output, options.outputBytes);
  }

  /** Begins to count anew. */
  forget(): void {
    this.#readBytes = 0;
  }

  /** The last line that says something; empty when there is none. */
  lastLine(): string {
    const text = new TextDecoder().decode(this.#kept);
    return (
      text
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .findLast((line) => line !== "") ?? ""
    );
  }

  async #read(output: AsyncIterable<Uint8Array>, limitBytes: number): Promise<void> {
    try {
      for await (const chunk of output) {
        this.#readBytes += chunk.length;
        this.#kept = Buffer.concat([this.#kept, chunk.subarray(-KEPT_BYTES)]).subarray(-KEPT_BYTES);
        if (this.#readBytes <= limitBytes) continue;
        this.#reject(
          new ModelError(
            "runner-flood",
            "Cannot read from the runner: it wrote too much to its error stream and was ended",
            { actual: this.lastLine() },
          ),
        );
        return;
      }
    } catch {
      // A pipe that breaks is the end of the program, whose end says why.
    }
  }
}
