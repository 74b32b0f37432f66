import type { ServedAnswer } from "../../spec/mod.ts";

/** A header and its value. */
export type Field = readonly [name: string, value: string];

/** Answers with a value as JSON. */
export function jsonAnswer(
  value: unknown,
  {
    status = 200,
    fields = [],
  }: { readonly status?: number; readonly fields?: readonly Field[] } = {},
): ServedAnswer {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return {
    status,
    headers: [
      ["Content-Type", "application/json; charset=utf-8"],
      ["Content-Length", String(bytes.length)],
      ...fields,
    ],
    body: once(bytes),
  };
}

/** A refusal. */
export interface Refusal {
  readonly status: number;
  /** As the hub names it in `X-Error-Code`. */
  readonly code?: string;
  readonly message: string;
  readonly fields?: readonly Field[];
}

/** Refuses as the hub does: status, `X-Error-Code`, `X-Error-Message` and a JSON body. */
export function refusal({ status, code, message, fields = [] }: Refusal): ServedAnswer {
  const named: readonly Field[] = code === undefined ? [] : [["X-Error-Code", code]];
  return jsonAnswer(
    { error: message },
    { status, fields: [...named, ["X-Error-Message", headerText(message)], ...fields] },
  );
}

/** The same answer without its body, as `HEAD` asks for it. */
export function withoutBody(answer: ServedAnswer): ServedAnswer {
  return { ...answer, body: null };
}

/** A field can hold printable ASCII alone. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
