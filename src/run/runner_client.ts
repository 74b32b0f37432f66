import type {
  ChildProcess,
  Clock,
  GeneratedToken,
  LoadedModel,
  ProgramStarter,
  RunnerLimits,
} from "../../spec/mod.ts";
import type {
  RunnerDownload,
  RunnerEvent,
  RunnerHello,
  RunnerPrompt,
  RunnerRequest,
} from "../../spec/runner_messages.ts";
import { ModelError } from "../errors.ts";
import { cancelledError } from "../cancellation.ts";
import { DEFAULT_LIMITS } from "./runner_limits.ts";
import { refusalOf } from "./runner_refusal.ts";
import type {
  RunnerCallOptions,
  RunnerGeneration,
  RunnerLoadOptions,
  RunnerSession,
} from "./runner_session.ts";
import { RunnerChannel } from "./runner_channel.ts";

/** What a runner is started with. */
export interface StartRunnerOptions {
  readonly programs: ProgramStarter;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly limits?: Partial<RunnerLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Answer<Event extends RunnerEvent["event"]> = Extract<RunnerEvent, { event: Event }>;
/** A request before it has its id. */
type Unnumbered = RunnerRequest extends infer One
  ? One extends RunnerRequest
    ? Omit<One, "id">
    : never
  : never;

/**
 * Speaks the runner protocol with one child process: `LOAD-RUNNER`.
 *
 * Whatever the runner does, each call ends within its limit with an answer or a {@linkcode ModelError} of a closed
 * code, and after a failure no process of the runner is left. Close it when done.
 */
export class RunnerClient implements RunnerSession {
  readonly hello: RunnerHello;
  readonly #channel: RunnerChannel;
  readonly #limits: RunnerLimits;
  #nextId = 1;

  private constructor(hello: RunnerHello, channel: RunnerChannel, limits: RunnerLimits) {
    this.hello = hello;
    this.#channel = channel;
    this.#limits = limits;
  }

  /**
   * Starts a runner and waits for its `hello`.
   *
   * @param command its command line
   * @throws {ModelError} with a code `runner-…`, or `cancelled`
   */
  static async start(
    command: readonly string[],
    options: StartRunnerOptions,
  ): Promise<RunnerClient> {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const child = await startOrExplain(command, options);
    const channel = new RunnerChannel(child, {
      name: command.at(-1) ?? "",
      clock: options.clock,
      limits,
    });
    const { signal } = options;
    const what = "start the runner";
    const hello = await channel.guard(async () => {
      try {
        return await channel.next({ what, limitMs: limits.startMs, signal });
      } catch (error) {
        // There is no request yet that could be cancelled, and nobody else who would end it.
        await channel.kill();
        throw error;
      }
    });
    if (hello.event !== "hello") throw await channel.fail(channel.unexpected(what, hello));
    channel.rename(hello.name);
    return new RunnerClient(hello, channel, limits);
  }

  /** Opens a model's directory. */
  async load(directory: string, options: RunnerLoadOptions = {}): Promise<LoadedModel> {
    const what = `load "${directory}"`;
    const { signal, trustModelCode } = options;
    const trust = trustModelCode === true ? { trustModelCode } : {};
    const request = { op: "load", directory, ...trust } as const;
    const limitMs = this.#limits.loadMs;
    const loaded = await this.#ask(request, { signal, what, limitMs, wanted: "loaded" });
    const { event: _event, id: _id, quantization, ...model } = loaded;
    return { ...model, quantization: quantization ?? undefined };
  }

  /** Continues a prompt. A cancel ends it gently, and the runner only if it does not listen. */
  async generate(
    prompt: RunnerPrompt,
    options: RunnerCallOptions & {
      readonly onToken?: ((token: GeneratedToken) => void) | undefined;
    } = {},
  ): Promise<RunnerGeneration> {
    const tokens: GeneratedToken[] = [];
    const what = "generate";
    const generated = await this.#ask(
      { op: "generate", ...prompt },
      {
        ...options,
        what,
        limitMs: this.#limits.tokenMs,
        wanted: "generated",
        between: (event) => {
          if (event.event !== "token" || tokens.length >= prompt.maxTokens) return false;
          const { token, text, topLogits } = event;
          const made = { id: token, text, ...(topLogits && { topLogits }) };
          tokens.push(made);
          // A token that was asked for is not a flood, however many there are.
          this.#channel.begin();
          options.onToken?.(made);
          return true;
        },
      },
    );
    const { promptIds, text, finish } = generated;
    const isSame = generated.tokens.join() === tokens.map(({ id }) => id).join();
    const isAsked = prompt.promptIds === undefined || prompt.promptIds.join() === promptIds.join();
    if (!isSame || !isAsked || finish === "cancelled") {
      throw await this.#channel.fail(this.#channel.unexpected(what, generated));
    }
    return { promptIds, tokens, text, finish };
  }

  /** Lets the runtime download a repository its own way. @returns the directory that it names */
  async download(
    request: RunnerDownload,
    options: RunnerCallOptions & {
      readonly onProgress?: ((bytesDone: number, bytesTotal: number) => void) | undefined;
    } = {},
  ): Promise<string> {
    const downloaded = await this.#ask(
      { op: "download", ...request },
      {
        ...options,
        what: `download "${request.repository}"`,
        limitMs: this.#limits.loadMs,
        wanted: "downloaded",
        between: (event) => {
          if (event.event !== "progress") return false;
          options.onProgress?.(event.bytesDone, event.bytesTotal);
          return true;
        },
      },
    );
    return downloaded.directory;
  }

  /** Frees the model's memory. */
  async unload(options: RunnerCallOptions = {}): Promise<void> {
    const limitMs = this.#limits.endMs;
    await this.#ask({ op: "unload" }, { ...options, what: "unload", limitMs, wanted: "unloaded" });
  }

  /** Ends the runner: gently, and after the limit at once. Never rejects. */
  async close(): Promise<void> {
    await this.#channel.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Sends a request and waits for its answer; `between` takes what comes before it. */
  async #ask<Event extends RunnerEvent["event"]>(
    request: Unnumbered,
    options: RunnerCallOptions & {
      readonly what: string;
      readonly limitMs: number;
      readonly wanted: Event;
      readonly between?: (event: RunnerEvent) => boolean;
    },
  ): Promise<Answer<Event>> {
    const { what, wanted, signal, limitMs, between } = options;
    const id = this.#nextId++;
    const channel = this.#channel;
    channel.begin();
    if (signal?.aborted === true) throw cancelledError(signal);
    return await channel.guard(async () => {
      await channel.send({ id, ...request }, { what, limitMs });
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- messages have one order
        const event = await this.#nextOrCancel(id, { what, limitMs, signal });
        const isMine = "id" in event && event.id === id;
        if (isMine && isAnswer(event, wanted)) return event;
        if (isMine && event.event === "error")
          throw refusalOf(event, { what, name: this.hello.name });
        if (!isMine || between?.(event) !== true) throw channel.unexpected(what, event);
      }
    });
  }

  async #nextOrCancel(
    id: number,
    options: {
      readonly what: string;
      readonly limitMs: number;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<RunnerEvent> {
    const { signal } = options;
    try {
      return await this.#channel.next(options);
    } catch (error) {
      if (signal?.aborted !== true || !(error instanceof ModelError) || error.code !== "cancelled")
        throw error;
      await this.#cancel(id);
      throw error;
    }
  }

  /** Asks the running request to end; a runner that does not within the limit is ended itself. */
  async #cancel(id: number): Promise<void> {
    const channel = this.#channel;
    const limitMs = this.#limits.endMs;
    const wait = { what: "cancel", limitMs };
    const isEnded = await channel.atMost(async () => {
      await channel.send({ id: this.#nextId++, op: "cancel", of: id }, wait);
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- messages have one order
        const event = await channel.next(wait);
        const isOn = event.event === "token" || event.event === "progress";
        if ("id" in event && event.id === id && !isOn) return true;
      }
    }, limitMs);
    if (isEnded !== true) await channel.close();
  }
}

function isAnswer<Event extends RunnerEvent["event"]>(
  event: RunnerEvent,
  wanted: Event,
): event is Answer<Event> {
  return event.event === wanted;
}

async function startOrExplain(
  command: readonly string[],
  options: StartRunnerOptions,
): Promise<ChildProcess> {
  try {
    return await options.programs.spawn(command, { env: options.env });
  } catch (error) {
    throw new ModelError(
      "runner-unavailable",
      `Cannot start the runner "${command[0] ?? ""}"; install it, or choose another one`,
      { cause: error },
    );
  }
}
