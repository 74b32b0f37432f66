import type { Fetch, HttpResponse } from "../../spec/mod.ts";
import type { KillPlan } from "./gated_files.ts";
import type { ProcessGate } from "./process_gate.ts";

/** The network as one process sees it. */
export function gatedFetch(
  fetch: Fetch,
  gate: ProcessGate,
  options: { readonly plan: KillPlan },
): Fetch {
  return async (url, request) => {
    const signals = request.signal === undefined ? [gate.signal] : [gate.signal, request.signal];
    const response = await gate.pass("network", () =>
      fetch(url, { ...request, signal: AbortSignal.any(signals) }),
    );
    return gatedResponse(response, { gate, plan: options.plan });
  };
}

function gatedResponse(
  response: HttpResponse,
  options: { readonly gate: ProcessGate; readonly plan: KillPlan },
): HttpResponse {
  const { gate, plan } = options;
  const { status, headers, body } = response;
  if (body === null) return { status, headers, body };
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
              if (!next.done) plan.chunks++;
              if (plan.point?.at === "chunk" && plan.point.nth === plan.chunks) gate.killNow();
              return next;
            }),
          return: async () => {
            await chunks.return?.();
            return { done: true, value: undefined };
          },
        };
      },
    },
  };
}
