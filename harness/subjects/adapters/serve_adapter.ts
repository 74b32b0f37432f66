/**
 * The subject's side of the protocol, for adapters in JavaScript.
 *
 * @module
 */

import { createInterface } from "node:readline";
import { ERROR_CODES, type ErrorCode } from "../../../spec/error_code.ts";
import type { MessageToSubject, SubjectHello, SubjectOperation } from "../message.ts";

/** One operation for an adapter. */
export interface AdapterCall {
  readonly root: string;
  /** As in `spec/subject_protocol.md`. */
  readonly request: {
    readonly repository: string;
    readonly revision?: string;
    readonly include?: readonly string[];
    readonly token?: string;
    readonly url?: string;
  };
  /** Fires when the harness cancels. */
  readonly signal: AbortSignal;
  readonly progress: (facts: { readonly bytesDone: number; readonly bytesTotal: number }) => void;
}

/** What an adapter does, operation by operation. */
export type AdapterOperations = Readonly<
  Partial<Record<SubjectOperation, (call: AdapterCall) => Promise<object>>>
>;

/** Thrown by an adapter that knows the code of a native error. */
export class AdapterError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Answers the harness's lines until the input ends; operations may overlap. */
export function serveAdapter(
  about: Pick<SubjectHello, "name" | "version" | "layouts"> & Partial<SubjectHello>,
  operations: AdapterOperations,
): void {
  const output = process.stdout.write.bind(process.stdout);
  const write = (message: object) => output(`${JSON.stringify(message)}\n`);
  // The protocol alone writes to the output; what a library prints there goes to the error output.
  process.stdout.write = process.stderr.write.bind(process.stderr);
  const running = new Map<number, AbortController>();
  const perform = async (order: Extract<MessageToSubject, { type: "operation" }>) => {
    const { id, operation, root } = order;
    const stop = new AbortController();
    running.set(id, stop);
    const act = operations[operation];
    try {
      if (act === undefined) throw new AdapterError("unsupported", `It does no ${operation}`);
      const ok = await act({
        root,
        // The schema of the operation vouches for the request.
        request: (order.request ?? {}) as AdapterCall["request"],
        signal: stop.signal,
        progress: (facts) => write({ type: "event", id, event: "progress", ...facts }),
      });
      write({ type: "result", id, ok });
    } catch (error) {
      write({ type: "result", id, error: errorOf(error, stop.signal) });
    } finally {
      running.delete(id);
    }
  };
  createInterface({ input: process.stdin }).on("line", (line) => {
    const message = JSON.parse(line) as MessageToSubject;
    if (message.type === "hello")
      write({
        type: "hello",
        id: 0,
        protocol: 1,
        roles: ["downloader"],
        operations: Object.keys(operations),
        capabilities: [],
        ...about,
      });
    else if (message.type === "cancel") running.get(message.id)?.abort();
    else void perform(message);
  });
}

function errorOf(error: unknown, signal: AbortSignal): object {
  const { code, message, file, expected, actual } = error as Record<string, unknown>;
  const kind = typeof code === "string" && code in ERROR_CODES ? code : "internal";
  return {
    kind: signal.aborted && kind === "internal" ? "cancelled" : kind,
    message: String(message ?? error),
    ...textField("file", file),
    ...textField("expected", expected),
    ...textField("actual", actual),
  };
}

function textField(name: string, value: unknown): object {
  return typeof value === "string" ? { [name]: value } : {};
}
