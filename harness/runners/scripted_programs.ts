import type { ChildProcess, Environment, ProcessEnd, ProgramStarter } from "../../spec/mod.ts";
import type { RunnerEvent, RunnerRequest } from "../../spec/runner_messages.ts";

/** A runner as its script sees it. */
export interface ScriptedRunner {
  readonly command: readonly string[];
  readonly env: Environment;
  /** Requests in their order; ends with the input. */
  readonly requests: AsyncIterable<RunnerRequest>;
  /** Sends a message; resolves when somebody reads it. */
  say(event: RunnerEvent): Promise<void>;
  /** Sends any text, or bytes of one, as `say` does. */
  write(text: string | Uint8Array): Promise<void>;
  /** Complains on standard error. */
  complain(text: string): Promise<void>;
  /** Closes standard output, and lives on. */
  closeOutput(): void;
  /** Does nothing more. */
  hang(): Promise<never>;
  /** Ends at once. */
  end(end: Partial<ProcessEnd>): Promise<never>;
}

/** What a scripted runner does; when it returns, the program exits with 0. */
export type RunnerScript = (runner: ScriptedRunner) => Promise<void>;

/** Starts programs that are scripts: no process of the machine, so a case costs no time. */
export class ScriptedPrograms implements ProgramStarter {
  readonly platform = "linux";
  readonly processor = "x64";
  readonly node: readonly string[] = ["node"];
  /** How many programs were started. */
  started = 0;
  /** How many of them have not ended. */
  alive = 0;
  /** The environment of the one that was started last. */
  env: Environment | undefined;
  /** Bytes that each is said to hold. */
  memoryBytes = 1024;
  readonly #script: RunnerScript;

  constructor(script: RunnerScript) {
    this.#script = script;
  }

  async spawn(
    command: readonly string[],
    options: { readonly env: Environment },
  ): Promise<ChildProcess> {
    this.started++;
    this.env = options.env;
    this.alive++;
    const pid = 50_000 + this.started;
    const [input, output, stderrTail] = [new Pipe(), new Pipe(), new Pipe()];
    let settle: (end: ProcessEnd) => void = () => {};
    let isEnded = false;
    const ended = new Promise<ProcessEnd>((resolve) => {
      settle = resolve;
    });
    const finish = (end: Partial<ProcessEnd>) => {
      if (isEnded) return;
      isEnded = true;
      this.alive--;
      for (const pipe of [input, output, stderrTail]) pipe.close();
      settle({ exitCode: end.exitCode, signal: end.signal });
    };
    const write = (text: string | Uint8Array) => output.push(Buffer.from(text));
    const runner: ScriptedRunner = {
      command,
      env: options.env,
      requests: requestsOf(input),
      say: (event) => write(`${JSON.stringify(event)}\n`),
      write,
      complain: (text) => stderrTail.push(Buffer.from(text)),
      closeOutput: () => output.close(),
      hang: never,
      end: (end) => {
        finish(end);
        return never();
      },
    };
    void this.#script(runner).then(
      () => finish({ exitCode: 0 }),
      () => finish({ exitCode: 70 }),
    );
    return {
      pid,
      stdout: output,
      stderr: stderrTail,
      ended,
      write: (text) => {
        if (isEnded) return Promise.reject(Object.assign(new Error("EPIPE"), { code: "EPIPE" }));
        const taken = input.push(Buffer.from(text));
        // A pipe of the system takes some text without a reader.
        return text.length > PIPE_BYTES ? taken : Promise.resolve();
      },
      endInput: () => input.close(),
      kill: () => finish({ signal: "SIGKILL" }),
      memoryBytes: async () => this.memoryBytes,
    };
  }
}

async function* requestsOf(input: Pipe): AsyncGenerator<RunnerRequest> {
  let text = "";
  for await (const chunk of input) {
    text += Buffer.from(chunk).toString();
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as RunnerRequest;
  }
}

/** What a pipe of Linux or macOS takes before somebody reads. */
const PIPE_BYTES = 64 * 1024;

/** A pipe whose writer waits for its reader. */
class Pipe implements AsyncIterable<Uint8Array> {
  readonly #chunks: { readonly bytes: Uint8Array; readonly taken: () => void }[] = [];
  #isClosed = false;
  #wake: () => void = () => {};

  push(bytes: Uint8Array): Promise<void> {
    // What nobody will read is never taken.
    if (this.#isClosed) return never();
    return new Promise((taken) => {
      this.#chunks.push({ bytes, taken });
      this.#wake();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.#chunks.shift();
      if (next !== undefined) {
        next.taken();
        yield next.bytes;
      } else if (this.#isClosed) return;
      else {
        // oxlint-disable-next-line no-await-in-loop -- a pipe has one order
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
