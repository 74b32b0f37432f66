import { setTimeout as sleep } from "node:timers/promises";
import type { Fetch } from "../../spec/mod.ts";
import type { StartOptions, World } from "../worlds/world.ts";

/**
 * Lets the pieces of bodies come so far apart that a program deals with each by itself, also on a busy machine. Where time is
 * simulated they do so anyway.
 */
export function paced(
  world: Pick<World, "kind">,
  options: { readonly pauseMs: number },
): Pick<StartOptions, "relay"> {
  return world.kind === "process" ? { relay: (fetch) => pacedFetch(fetch, options.pauseMs) } : {};
}

function pacedFetch(fetch: Fetch, pauseMs: number): Fetch {
  async function* pieces(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const bytes of body) {
      yield bytes;
      await sleep(pauseMs);
    }
  }
  return async (url, request) => {
    const { status, headers, body } = await fetch(url, request);
    return { status, headers, body: body === null ? body : pieces(body) };
  };
}
