import type { ModelManager, ModelServer, ServedAnswer, ServedRequest } from "../../../spec/mod.ts";

/** A manager whose server answers in another way. */
export function serving(
  manager: ModelManager,
  answer: (request: ServedRequest, server: ModelServer) => Promise<ServedAnswer>,
): Partial<ModelManager> {
  const { serve } = manager;
  if (serve === undefined) return {};
  return {
    serve: async (request) => {
      const server = await serve.call(manager, request);
      return { answer: (asked) => answer(asked, server) };
    },
  };
}

/** Whether a file is asked for. */
export function isFile({ target }: ServedRequest): boolean {
  return target.includes("/resolve/");
}

/** The path of a file that is asked for, with its encoding undone. */
export function pathOf({ target }: ServedRequest): string | undefined {
  const [, path] = /\/resolve\/[^/]+\/(.*)$/.exec(target) ?? [];
  try {
    return path === undefined ? undefined : decodeURIComponent(path);
  } catch {
    // A malformed escape is no path.
    return undefined;
  }
}

/** An answer of JSON. */
export function json(value: unknown): ServedAnswer {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const headers = [
    ["Content-Type", "application/json"],
    ["Content-Length", String(bytes.length)],
  ] as const;
  return { status: 200, headers, body: piece(bytes) };
}

/** A refusal with the code that names what is missing. */
export function refused(status: number, code: string): ServedAnswer {
  return { status, headers: [["X-Error-Code", code]], body: null };
}

/** A refusal turned into an answer of these bytes. */
export function sent(bytes: Uint8Array, answer: ServedAnswer): ServedAnswer {
  const length = ["Content-Length", String(bytes.length)] as const;
  const rest = withoutHeader(withoutHeader(answer, "content-length"), "x-error-code");
  return { status: 200, headers: [...rest.headers, length], body: piece(bytes) };
}

/** What an answer of JSON says. */
export async function objectOf({ body }: ServedAnswer): Promise<object> {
  const pieces: Uint8Array[] = [];
  for await (const one of body ?? []) pieces.push(one);
  const value: unknown = JSON.parse(Buffer.concat(pieces).toString("utf8"));
  return typeof value === "object" && value !== null ? value : {};
}

/** The value of a header, by its name in lower case. */
export function headerOf({ headers }: ServedAnswer, name: string): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name)?.[1];
}

/** An answer without a header, by its name in lower case. */
export function withoutHeader(answer: ServedAnswer, name: string): ServedAnswer {
  return { ...answer, headers: answer.headers.filter(([one]) => one.toLowerCase() !== name) };
}

/** An answer with one header replaced. */
export function withHeader(answer: ServedAnswer, name: string, value: string): ServedAnswer {
  const rest = withoutHeader(answer, name.toLowerCase());
  return { ...rest, headers: [...rest.headers, [name, value]] };
}

/** A body of one piece. */
export async function* piece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The last byte of each piece is a byte of the file, and so is that of the last one. */
export async function* lastBitTurned(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const one of body) {
    const turned = Uint8Array.from(one);
    const last = turned.length - 1;
    turned[last] = (turned[last] ?? 0) ^ 1;
    yield turned;
  }
}

/** A body that begins one byte too early. */
export async function* shifted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let before = 0;
  for await (const one of body) {
    const moved = new Uint8Array(one.length);
    moved[0] = before;
    moved.set(one.subarray(0, -1), 1);
    before = one.at(-1) ?? 0;
    yield moved;
  }
}
