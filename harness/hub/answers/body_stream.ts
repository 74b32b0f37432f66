import { decodedChunks, type BodyPiece, wireChunks } from "./body_chunks.ts";
import type { BodyPlan, HubAnswer } from "./hub_answer.ts";
import { abortReason, type StallCounter } from "../fronts/stall_counter.ts";

/** An answer that has headers. */
export type SentAnswer = Extract<HubAnswer, { readonly broken?: undefined }>;

/** How a body is turned into a stream. */
export interface BodyStreamOptions {
  readonly chunkBytes: number;
  readonly stalls: StallCounter;
  /** Undo `Content-Encoding` and heed `Content-Length`, as an HTTP client does. */
  readonly asClient: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Waits between the pieces of a body that comes slowly, in milliseconds. */
  readonly sleep: (durationMs: number, signal?: AbortSignal) => Promise<void>;
}

/** A connection error as Node words it: `code` says what happened. */
export function connectionError(
  code: "ECONNREFUSED" | "ECONNRESET" | "UND_ERR_SOCKET",
  what: string,
): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code, errno: -1, syscall: "connect" });
}

/**
 * Turns a body plan into a stream that yields, breaks and stalls where the plan says.
 *
 * Nothing is made before it is read, so that `bytesSent` is what the reader took and a
 * stalled body counts as stalled only when someone waits for it.
 */
export function bodyStream(
  answer: SentAnswer,
  options: BodyStreamOptions,
): ReadableStream<Uint8Array> {
  const { body, exchange } = answer;
  const { signal } = options;
  const pace = paceOf(body, options.chunkBytes);
  const pieces = options.asClient
    ? clientPieces(answer, pace.chunkBytes)
    : wirePieces(answer, pace.chunkBytes);
  let endStall: (() => void) | undefined;
  let stopListening: (() => void) | undefined;
  function settle(): void {
    endStall?.();
    stopListening?.();
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (signal === undefined) return;
        function abort(): void {
          settle();
          controller.error(abortReason(signal));
        }
        signal.addEventListener("abort", abort, { once: true });
        stopListening = () => signal.removeEventListener("abort", abort);
      },
      pull(controller) {
        let next: IteratorResult<BodyPiece, boolean>;
        try {
          next = pieces.next();
        } catch (error) {
          settle();
          throw brokenBody(error);
        }
        if (next.done !== true) {
          const { wireBytes, bytes } = next.value;
          const send = () => {
            exchange.bytesSent += wireBytes;
            // The reader gets bytes of its own: it may write into them.
            controller.enqueue(bytes.slice());
          };
          if (body.bytesPerSecond === undefined) return send();
          // Nothing moves until the time has come, so that a simulated clock can go on.
          endStall = options.stalls.begin();
          return options.sleep((wireBytes / body.bytesPerSecond) * 1000, signal).then(
            () => {
              endStall?.();
              send();
            },
            // The stream has failed with the same reason already.
            () => settle(),
          );
        }
        if (next.value) {
          settle();
          controller.close();
          return undefined;
        }
        if (body.how === "stall") {
          endStall = options.stalls.begin();
          return new Promise<void>(() => {});
        }
        settle();
        throw brokenBody(
          connectionError("ECONNRESET", `the connection broke after ${exchange.bytesSent} bytes`),
        );
      },
      cancel: settle,
    },
    { highWaterMark: 0 },
  );
}

/** How much of a body comes at once: what a second brings, and a byte at least. */
export function paceOf(body: BodyPlan, chunkBytes: number): { readonly chunkBytes: number } {
  const { bytesPerSecond = Number.POSITIVE_INFINITY } = body;
  return { chunkBytes: Math.max(1, Math.min(chunkBytes, Math.floor(bytesPerSecond))) };
}

// The words and the shape of undici, on which clients rely.
function brokenBody(cause: unknown): TypeError {
  return new TypeError("terminated", { cause });
}

function* wirePieces(answer: SentAnswer, chunkBytes: number): Generator<BodyPiece, boolean> {
  let sent = 0;
  for (const bytes of wireChunks(answer.body, chunkBytes)) {
    sent += bytes.length;
    yield { bytes, wireBytes: bytes.length };
  }
  return answer.body.how === undefined && sent >= (contentLength(answer) ?? 0);
}

/** A body as a client sees it, piece by piece; returns whether it ended as it must. */
export function* clientPieces(
  answer: SentAnswer,
  chunkBytes: number,
): Generator<BodyPiece, boolean> {
  const zipped = answer.headers.some(
    ([name, value]) => name.toLowerCase() === "content-encoding" && value === "gzip",
  );
  const length = contentLength(answer);
  if (!zipped) {
    let left = length ?? Number.POSITIVE_INFINITY;
    for (const bytes of wireChunks(answer.body, chunkBytes)) {
      const taken = bytes.subarray(0, left);
      left -= taken.length;
      if (taken.length > 0) yield { bytes: taken, wireBytes: taken.length };
      if (left === 0) return true;
    }
    return answer.body.how === undefined && (length === undefined || left === 0);
  }
  yield* decodedChunks(answer.body, chunkBytes);
  return answer.body.how === undefined;
}

function contentLength({ headers }: SentAnswer): number | undefined {
  const field = headers.find(([name]) => name.toLowerCase() === "content-length");
  return field === undefined ? undefined : Number(field[1]);
}
