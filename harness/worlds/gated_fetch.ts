import type { Fetch, HttpResponse } from "../../spec/mod.ts";
import type { KillPlan } from "./gated_files.ts";
import { type LinkedSignal, linkedSignal } from "./linked_signal.ts";
import type { ProcessGate } from "./process_gate.ts";

/** The network as one process sees it. */
export function gatedFetch(
  fetch: Fetch,
  gate: ProcessGate,
  options: { readonly plan: KillPlan },
): Fetch {
  return async (url, request) => {
    assertSendable(request.headers);
    const link = linkedSignal(gate.signal, request.signal);
    try {
      const response = await gate.pass("network", () =>
        fetch(url, { ...request, signal: link.signal }),
      );
      return gatedResponse(response, { gate, plan: options.plan, link });
    } catch (error) {
      link.release();
      throw error;
    }
  };
}

/** As every real client of HTTP does: what has no value is no header. */
function assertSendable(headers: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(headers))
    if (typeof value !== "string")
      throw new TypeError(`Cannot send the header ${name}: it is ${typeof value} and no text`);
}

function gatedResponse(
  response: HttpResponse,
  options: { readonly gate: ProcessGate; readonly plan: KillPlan; readonly link: LinkedSignal },
): HttpResponse {
  const { gate, plan, link } = options;
  const { status, headers, body } = response;
  if (body === null) {
    link.release();
    return { status, headers, body };
  }
  return {
    status,
    headers,
    body: {
      [Symbol.asyncIterator]() {
        const chunks = body[Symbol.asyncIterator]();
        return {
          next: () =>
            gate.pass("network", async () => {
              const next = await chunks.next();
              if (next.done) link.release();
              else plan.chunks++;
              if (plan.point?.at === "chunk" && plan.point.nth === plan.chunks) gate.killNow();
              return next;
            }),
          return: async () => {
            await chunks.return?.();
            link.release();
            return { done: true, value: undefined };
          },
        };
      },
    },
  };
}
