import type { ModelManager } from "../../spec/mod.ts";
import { wellFormed } from "./well_formed.ts";

/** Passes on what not every implementation can be asked; what it lacks stays absent. */
export function optionalCalls(
  manager: ModelManager,
  bound: <T>(action: () => Promise<T>) => Promise<T>,
): Partial<ModelManager> {
  const { canLoad, plan, generate, downloadDelegated, diagnose, mend, planRemoval, command } =
    manager;
  const { share, serve, latestCommit } = manager;
  return {
    ...(share && {
      share: (request, options) =>
        wellFormed(
          "share",
          bound(() => share.call(manager, request, options)),
        ),
    }),
    ...(latestCommit && {
      latestCommit: (request, waiting) => bound(() => latestCommit.call(manager, request, waiting)),
    }),
    ...(serve && {
      serve: async (request) => {
        const server = await bound(() => serve.call(manager, request));
        const { address } = server;
        return {
          ...(address !== undefined && { address }),
          answer: (asked) => bound(() => server.answer(asked)),
        };
      },
    }),
    ...(planRemoval && {
      planRemoval: (request) => bound(() => planRemoval.call(manager, request)),
    }),
    ...(command && {
      command: (request, options) => bound(() => command.call(manager, request, options)),
    }),
    ...(diagnose && {
      diagnose: (request, options) => bound(() => diagnose.call(manager, request, options)),
    }),
    ...(mend && { mend: (step, options) => bound(() => mend.call(manager, step, options)) }),
    ...(canLoad && {
      canLoad: (request, waiting) =>
        wellFormed(
          "canLoad",
          bound(() => canLoad.call(manager, request, waiting)),
        ),
    }),
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
