import { parseJsonText } from "../limits/parse_json_text.ts";
import type { RunnerErrorKind, RunnerEvent, RunnerRequest } from "../../spec/runner_messages.ts";
import { ModelError } from "../errors.ts";
import { isRecord } from "../load/config/parse_json.ts";
import type { RunnerSession } from "./runner_session.ts";

/** The pipes of a runner. */
export interface ServeRunnerOptions {
  /** Lines of requests; the end means: finish. */
  readonly input: AsyncIterable<string>;
  readonly say: (event: RunnerEvent) => void;
}

/** A request that is under way. */
interface Running {
  readonly id: number;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Speaks the runner protocol for a session, until the input ends. */
export async function serveRunner(
  session: RunnerSession,
  options: ServeRunnerOptions,
): Promise<void> {
  const { input, say } = options;
  say(session.hello);
  let running: Running | undefined;
  for await (const line of input) {
    const request = readRequest(line);
    if (request === undefined) {
      say({ event: "error", id: 0, kind: "invalid-request", message: "This is not a request" });
    } else if (request.op === "cancel") {
      if (running?.id === request.of) running.stop.abort();
    } else {
      // One at a time: the next one waits for it.
      await running?.done;
      const stop = new AbortController();
      const done = answer(session, request, { say, signal: stop.signal });
      running = { id: request.id, stop, done };
    }
  }
  running?.stop.abort();
  await running?.done;
  await session[Symbol.asyncDispose]();
}

async function answer(
  session: RunnerSession,
  request: Exclude<RunnerRequest, { op: "cancel" }>,
  context: { readonly say: (event: RunnerEvent) => void; readonly signal: AbortSignal },
): Promise<void> {
  const { say, signal } = context;
  const { id } = request;
  try {
    if (request.op === "load") {
      const { quantization, ...model } = await session.load(request.directory, { signal });
      say({ event: "loaded", id, ...model, quantization: quantization ?? null });
    } else if (request.op === "generate") {
      const { promptIds, tokens, text, finish } = await session.generate(request, {
        signal,
        onToken: ({ id: token, ...rest }) => say({ event: "token", id, token, ...rest }),
      });
      const ids = tokens.map((token) => token.id);
      say({ event: "generated", id, promptIds, tokens: ids, text, finish });
    } else if (request.op === "unload") {
      await session.unload();
      say({ event: "unloaded", id });
    } else {
      const message = "This runner has no downloader";
      say({ event: "error", id, kind: "unsupported", message });
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const kind = signal.aborted ? "cancelled" : kindOf(request.op, error);
    say({ event: "error", id, kind, message });
  }
}

function kindOf(op: "load" | "generate" | "unload" | "download", error: unknown): RunnerErrorKind {
  if (error instanceof ModelError && error.code === "cancelled") return "cancelled";
  if (error instanceof ModelError && error.code === "unsupported") return "unsupported";
  if (error instanceof ModelError && error.code === "invalid-argument") return "invalid-request";
  if (!(error instanceof ModelError)) return "internal";
  return op === "load" ? "cannot-load" : "cannot-generate";
}

/** The client is ours, so a request is read for its kind alone. */
function readRequest(line: string): RunnerRequest | undefined {
  let message: unknown;
  try {
    message = parseJsonText(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
  if (!isRecord(message) || !Number.isSafeInteger(message["id"])) return undefined;
  const { op } = message;
  const isRight =
    (op === "load" && typeof message["directory"] === "string") ||
    (op === "generate" && isPrompt(message)) ||
    (op === "cancel" && Number.isSafeInteger(message["of"])) ||
    op === "unload" ||
    (op === "download" && typeof message["repository"] === "string");
  return isRight ? (message as unknown as RunnerRequest) : undefined;
}

function isPrompt(message: Readonly<Record<string, unknown>>): boolean {
  const { prompt, promptIds, maxTokens } = message;
  const isText = typeof prompt === "string" && promptIds === undefined;
  const areIds =
    prompt === undefined && Array.isArray(promptIds) && promptIds.every(Number.isSafeInteger);
  return (isText || areIds) && typeof maxTokens === "number" && maxTokens >= 1;
}
