import type { ModelManager } from "../../spec/mod.ts";

/** Passes on what only an implementation that claims `inference` can be asked; what it lacks stays absent. */
export function inferenceCalls(
  manager: ModelManager,
  bound: <T>(action: () => Promise<T>) => Promise<T>,
): Partial<ModelManager> {
  const { plan, generate, downloadDelegated } = manager;
  return {
    ...(plan && { plan: (request) => bound(() => plan.call(manager, request)) }),
    ...(generate && {
      generate: (request, options) => bound(() => generate.call(manager, request, options)),
    }),
    ...(downloadDelegated && {
      downloadDelegated: (request, waiting) =>
        bound(() => downloadDelegated.call(manager, request, waiting)),
    }),
  };
}
