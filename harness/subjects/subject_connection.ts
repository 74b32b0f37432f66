import type { WaitOptions } from "../../spec/mod.ts";
import {
  EndlessCall,
  HarnessError,
  NotApplicable,
  ProcessKilled,
  SubjectFault,
} from "../errors.ts";
import { faultOfMessage, faultOfOrder, faultOfResult } from "./check_message.ts";
import {
  type MessageFromSubject,
  type MessageToSubject,
  PROTOCOL_VERSION,
  type SubjectHello,
  type SubjectLimits,
  type SubjectOperation,
  type SubjectResult,
} from "./message.ts";
import { progressOf } from "./progress_of.ts";
import { type ProcessEnd, SubjectProcess } from "./subject_process.ts";

/** How a connection is made. */
export interface SubjectConnectionOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: SubjectLimits;
  /** Whether the process will be killed on purpose: then its death is not a fault. @default {false} */
  readonly isToDie?: boolean;
  /** Called at the end of the connection, before any caller learns of it; without a fault after an intended kill. */
  readonly onFault?: (fault: SubjectFault | undefined) => void;
  /** Called with each line of the protocol, sent or received. */
  readonly onProtocol?:
    | ((line: { readonly to: boolean; readonly text: string }) => void)
    | undefined;
  /** Called with every event of an operation. */
  readonly onEvent?: () => void;
}

/** One operation under way. */
export interface SubjectCall {
  readonly operation: SubjectOperation;
  readonly root: string;
  readonly request?: Extract<MessageToSubject, { type: "operation" }>["request"];
}

interface Pending {
  readonly operation: SubjectOperation;
  readonly options: WaitOptions;
  readonly resolve: (ok: Readonly<Record<string, unknown>>) => void;
  readonly reject: (error: Error) => void;
  timer: NodeJS.Timeout | undefined;
  isCancelled: boolean;
}

/** The connection to one process of a subject. A breach of the protocol ends it. */
export class SubjectConnection {
  readonly process: SubjectProcess;
  readonly #options: SubjectConnectionOptions;
  readonly #calls = new Map<number, Pending>();
  readonly #greeted = Promise.withResolvers<SubjectHello>();
  #greeting: SubjectHello | undefined;
  #lastId = 0;
  #end: Error | undefined;

  constructor(options: SubjectConnectionOptions) {
    this.#options = options;
    this.#greeted.promise.catch(() => {});
    this.process = new SubjectProcess({
      ...options,
      onLine: (line) => this.#receive(line),
      onFault: (fault) => this.#fail(fault),
      onKilled: () => this.#killed(),
    });
    const { helloMs } = options.limits;
    const timer = setTimeout(() => {
      this.#fail(new SubjectFault("subject-timeout", `it said no hello within ${helloMs} ms`));
    }, helloMs);
    this.#greeted.promise.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
    const { limits } = options;
    this.#send({ type: "hello", id: 0, protocol: PROTOCOL_VERSION, limits });
  }

  /** The subject's `hello`. @throws {SubjectFault} when no valid one comes in time */
  hello(): Promise<SubjectHello> {
    return this.#greeted.promise;
  }

  /**
   * Requests one operation.
   *
   * @throws {SubjectFault} when the subject breaks the protocol, dies or falls silent
   * @throws {NotApplicable} when it answers that it skips this
   * @throws the subject's own error, with its `code`
   */
  async call(
    { operation, root, request }: SubjectCall,
    options: WaitOptions = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    await this.hello();
    if (this.#end !== undefined) throw this.#end;
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Readonly<Record<string, unknown>>>();
    const pending: Pending = {
      operation,
      options,
      resolve: answer.resolve,
      reject: answer.reject,
      timer: undefined,
      isCancelled: false,
    };
    pending.timer = setTimeout(() => this.#expire(id, pending), this.#options.limits.operationMs);
    this.#calls.set(id, pending);
    this.#send({
      type: "operation",
      id,
      operation,
      root,
      ...(request === undefined ? {} : { request }),
    });
    const onAbort = () => this.#cancel(id, pending);
    if (options.signal?.aborted === true) onAbort();
    options.signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await answer.promise;
    } finally {
      clearTimeout(pending.timer);
      options.signal?.removeEventListener("abort", onAbort);
      this.#calls.delete(id);
    }
  }

  /** Kills the process, as `kill -9` does; pending operations reject with {@linkcode ProcessKilled}. */
  async kill(): Promise<number> {
    this.#stop(new ProcessKilled("the process was killed"));
    return this.process.kill();
  }

  /** Ends the input, waits for the process to end, and checks that it left no process behind. */
  async finish(): Promise<ProcessEnd | undefined> {
    const { finishMs } = this.#options.limits;
    const end = await this.process.finish(finishMs);
    const left = await this.process.kill();
    if (this.#end !== undefined) return end;
    if (end === undefined)
      this.#fail(
        new SubjectFault(
          "subject-timeout",
          `it went on for ${finishMs} ms after its input had ended`,
        ),
      );
    else if (end.code !== 0)
      this.#fail(
        new SubjectFault(
          "subject-crash",
          `it ended with ${end.signal ?? end.code} after its input had ended`,
        ),
      );
    else if (left > 0)
      this.#fail(new SubjectFault("subject-protocol", `it left ${left} processes behind`));
    return end;
  }

  #send(message: MessageToSubject): void {
    const fault = faultOfOrder(message);
    if (fault !== undefined) throw new HarnessError(`Cannot ask the subject: ${fault}`);
    const text = JSON.stringify(message);
    this.#options.onProtocol?.({ to: true, text });
    this.process.write(text);
  }

  #receive(line: string): void {
    this.#options.onProtocol?.({ to: false, text: line });
    if (this.#end !== undefined) return;
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      this.#protocol(`a line is no JSON: ${line.slice(0, 120)}`);
      return;
    }
    const fault = faultOfMessage(message);
    if (fault !== undefined) {
      this.#protocol(fault);
      return;
    }
    this.#take(message as MessageFromSubject);
  }

  #take(message: MessageFromSubject): void {
    if (message.type === "hello") {
      if (this.#greeting !== undefined) this.#protocol("it said hello twice");
      else if (message.protocol !== PROTOCOL_VERSION)
        this.#protocol(`it speaks version ${message.protocol} and not ${PROTOCOL_VERSION}`);
      else {
        this.#greeting = message;
        this.#greeted.resolve(message);
      }
      return;
    }
    const pending = this.#calls.get(message.id);
    if (pending === undefined) {
      this.#protocol(`operation ${message.id} is not under way`);
      return;
    }
    if (message.type === "event") {
      this.#options.onEvent?.();
      if (message.event === "progress") pending.options.onProgress?.(progressOf(message));
      return;
    }
    this.#conclude(pending, message);
  }

  #conclude(pending: Pending, result: SubjectResult): void {
    if ("skipped" in result) {
      pending.reject(new NotApplicable(result.skipped));
    } else if ("error" in result) {
      const { kind, message, file, expected, actual } = result.error;
      const facts = { file, expected, actual };
      pending.reject(Object.assign(new Error(message), { code: kind, ...facts }));
    } else {
      const fault = faultOfResult(pending.operation, result.ok);
      if (fault !== undefined) this.#protocol(`the result of ${pending.operation}: ${fault}`);
      else pending.resolve(result.ok);
    }
  }

  #cancel(id: number, pending: Pending): void {
    if (pending.isCancelled) return;
    pending.isCancelled = true;
    clearTimeout(pending.timer);
    const { cancelMs } = this.#options.limits;
    pending.timer = setTimeout(() => {
      const what = `${pending.operation} was cancelled and did not end within ${cancelMs} ms`;
      this.#fail(new SubjectFault("subject-timeout", what));
    }, cancelMs);
    this.#send({ type: "cancel", id });
  }

  /** A subject that answers a cancel is alive: then the operation is what does not end. */
  #expire(id: number, pending: Pending): void {
    const { operationMs } = this.#options.limits;
    const what = `${pending.operation} did not end within ${operationMs} ms`;
    const { capabilities = [] } = this.#greeting ?? {};
    if (!capabilities.includes("cancel") && !capabilities.includes("gives-up")) {
      this.#fail(new SubjectFault("subject-timeout", what));
      return;
    }
    const { resolve, reject } = pending;
    const endless = () => reject(new EndlessCall(what));
    this.#calls.set(id, { ...pending, resolve: endless, reject: endless });
    this.#cancel(id, this.#calls.get(id) ?? { ...pending, resolve });
  }

  #killed(): void {
    if (this.#options.isToDie !== true) {
      this.#fail(new SubjectFault("subject-crash", "it ended by SIGKILL by itself"));
      return;
    }
    this.#options.onFault?.(undefined);
    this.#stop(new ProcessKilled("the process was killed"));
  }

  #protocol(what: string): void {
    this.#fail(new SubjectFault("subject-protocol", what));
  }

  #fail({ kind, message }: SubjectFault): void {
    if (this.#end !== undefined) return;
    // The first line says what happened; what the subject itself had to say of it follows.
    const said = this.process.stderrTail.map((line) => `  stderr: ${line}`);
    const fault = new SubjectFault(kind, [message, ...said].join("\n"));
    this.#options.onFault?.(fault);
    this.#stop(fault);
    this.process.signal("SIGKILL");
  }

  #stop(error: Error): void {
    this.#end ??= error;
    this.#greeted.reject(error);
    for (const pending of this.#calls.values()) {
      clearTimeout(pending.timer);
      pending.reject(error);
    }
  }
}
