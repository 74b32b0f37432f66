/**
 * A hub and its content network send the client on, by every status and with every form of address.
 *
 * Invariants checked:
 * - Relative addresses, also those that another host gives, addresses of other hosts and addresses with a query are followed to the
 *   bytes.
 * - A mirror that redirects every request to the hub works as the hub.
 */
import fc from "fast-check";
import type { Fetch } from "../../spec/mod.ts";
import { redirectedTo } from "../../harness/internal.ts";
import {
  anySmallModel,
  type FaultMatch,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Moved-4bit";

export const redirects = scenario({
  name: "hub/redirects",
  covers: ["HUB-REDIRECT"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    smallFiles: fc.constantFrom("direct" as const, "resolve-cache" as const),
    lfsFiles: fc.constantFrom("direct" as const, "cdn" as const),
    status: fc.constantFrom(301, 302, 303, 307, 308),
    kind: fc.constantFrom("info" as const, "tree" as const, "resolve" as const),
    form: fc.constantFrom(
      "query" as const,
      "path" as const,
      "other host" as const,
      "other host, and on from there" as const,
    ),
    throughMirror: fc.boolean(),
  },
  goals: ["the mirror redirected", "the content network was asked", "the hub redirected to itself"],
  world: ({ smallFiles, lfsFiles }) => ({ style: { smallFiles, lfsFiles } }),
  async check({ model, status, kind, form, throughMirror }, world, verdict) {
    const { hub } = world;
    const commit = hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const config = `/${REPOSITORY}/resolve/${commit}/config.json`;
    const bytes = model.files.find(({ path }) => path === "config.json")?.bytes;
    hub.serveUrl("/kept elsewhere", bytes ?? new Uint8Array());
    const to = {
      // Without the first, a listing is of one directory.
      query: "?recursive=true&signed=yes&again=1",
      path: `${config}?again=1`,
      "other host": "{url}/kept%20elsewhere?again=1",
      "other host, and on from there": "{url}/sent%20on",
    }[form];
    const match: FaultMatch =
      form === "query" ? { kind } : { kind: "resolve", path: "config.json" };
    hub.faults = [{ match: { ...match, nth: 1 }, do: { type: "redirect", to, status } }];
    const subject = throughMirror
      ? world.start({
          env: { HF_ENDPOINT: world.otherOrigin },
          relay: (fetch) =>
            sentOn(
              redirectedTo(fetch, { host: world.otherOrigin, hub: hub.endpoint, status }),
              status,
            ),
        })
      : world.start({ relay: (fetch) => sentOn(fetch, status) });
    await verdict.attempt("HUB-REDIRECT", () => subject.download({ repository: REPOSITORY }));
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), wantedFiles(model.files));
    verdict.holds("HUB-REDIRECT", wrong.length === 0, () => `wrong: ${wrong.join(", ")}`);
    if (throughMirror) verdict.reached("the mirror redirected");
    if (hub.log.some((one) => one.kind === "cdn")) verdict.reached("the content network was asked");
    if (!form.startsWith("other host")) verdict.reached("the hub redirected to itself");
  },
});

// Helpers

/** Lets a host that is neither the hub nor a mirror lead on to another of its own addresses. */
function sentOn(fetch: Fetch, status: number): Fetch {
  return async (url, request) => {
    if (new URL(url).pathname !== "/sent%20on") return await fetch(url, request);
    const location = "/kept%20elsewhere?again=1";
    const get = (name: string) => (name.toLowerCase() === "location" ? location : null);
    return { status, headers: { get }, body: null };
  };
}
