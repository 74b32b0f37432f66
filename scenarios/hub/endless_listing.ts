/**
 * A listing does not end: a page names itself, pages name each other or ever new ones, with entries or without, or one page is of
 * absurd size.
 *
 * Invariants checked:
 * - The download fails with `limit-exceeded`, or, where what came is not a listing, with `not-a-hub`.
 * - It sends a bounded number of requests, takes a bounded number of bytes, and leaves no file of the model.
 */
import fc from "fast-check";
import type { Fetch } from "../../spec/mod.ts";
import { readTree, settled, stateDirectory, wireLog, withLink } from "../../harness/internal.ts";
import { anySmallModel, type FaultAction, modelPlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Endless-4bit";
const REQUESTS_MAX = 20_000;
const BYTES_MAX = 256 * 1024 * 1024;

const SHAPES = {
  "a page that names itself": undefined,
  "two pages that name each other": undefined,
  "ever new pages": { type: "endless-pages" },
  "ever new pages without an entry": undefined,
  "a page without end": { type: "endless-body" },
  "a path of a megabyte": {
    type: "rename-listing-path",
    from: "config.json",
    to: "x".repeat(1_000_000),
  },
  "a path of a thousand directories": {
    type: "rename-listing-path",
    from: "config.json",
    to: `${"d/".repeat(1_000)}config.json`,
  },
  "a million entries": { type: "oversize-listing", entries: 1_000_000 },
} as const satisfies Record<string, FaultAction | undefined>;

export const endlessListing = scenario({
  name: "hub/endless_listing",
  covers: ["HUB-LIMIT-LISTING", "ERROR-KIND"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    // The last two are slow, so that they are rare.
    shape: fc.oneof(
      { arbitrary: fc.constant("a page that names itself" as const), weight: 70 },
      { arbitrary: fc.constant("two pages that name each other" as const), weight: 70 },
      { arbitrary: fc.constant("ever new pages without an entry" as const), weight: 40 },
      { arbitrary: fc.constant("a page without end" as const), weight: 26 },
      { arbitrary: fc.constant("a path of a megabyte" as const), weight: 20 },
      { arbitrary: fc.constant("a path of a thousand directories" as const), weight: 20 },
      { arbitrary: fc.constant("ever new pages" as const), weight: 2 },
      { arbitrary: fc.constant("a million entries" as const), weight: 1 },
    ),
  },
  goals: ["a circle of pages was followed"],
  world: () => ({ style: { pageSize: 1 } }),
  async check({ model, shape }, world, verdict) {
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const action = SHAPES[shape];
    if (action !== undefined) hub.faults = [{ match: { kind: "tree", nth: "all" }, do: action }];
    let first: string | undefined;
    const lead = (_: string, url: string) => {
      first ??= url;
      if (shape === "a page that names itself") return `<${url}>; rel="next"`;
      return shape === "two pages that name each other" && url !== first
        ? `<${first}>; rel="next"`
        : undefined;
    };
    const wire = wireLog();
    const isEmpty = shape === "ever new pages without an entry";
    const subject = world.start({
      relay: (fetch) => wire.watch(isEmpty ? emptyPages(fetch) : withLink(fetch, lead)),
    });
    const codes =
      shape === "a page without end"
        ? (["limit-exceeded", "not-a-hub"] as const)
        : shape.startsWith("a path")
          ? (["limit-exceeded", "unsafe-path", "path-too-long"] as const)
          : (["limit-exceeded"] as const);
    const outcome = subject.download({ repository: REPOSITORY });
    await settled(() => outcome);
    const { requests } = wire;
    const bytes = requests.reduce((sum, { bytesTaken }) => sum + bytesTaken, 0);
    verdict.holds(
      "HUB-LIMIT-LISTING",
      requests.length <= REQUESTS_MAX && bytes <= BYTES_MAX,
      `${requests.length} requests and ${bytes} bytes before it gave up`,
    );
    await verdict.fails("HUB-LIMIT-LISTING", () => outcome, codes);
    // A client may have a store with a catalogue of its own below the root.
    const place = stateDirectory(modelPlace(world, REPOSITORY));
    const left = (await readTree(world.files, place)).filter(({ kind }) => kind === "file");
    verdict.holds("HUB-LIMIT-LISTING", left.length === 0, `${left[0]?.path} is on the disk`);
    if (action === undefined && !isEmpty) verdict.reached("a circle of pages was followed");
  },
});

// Helpers

/** Every page of a listing is empty and names another one; no program is kept longer than the test of it takes. */
function emptyPages(fetch: Fetch): Fetch {
  let pages = 0;
  return async (url, request) => {
    if (!/\/api\/models\/[^?]*\/tree\//.test(url)) return await fetch(url, request);
    pages++;
    const next = new URL(url);
    next.searchParams.set("cursor", `page-${pages}`);
    const fields: Readonly<Record<string, string>> = {
      "content-type": "application/json",
      "content-length": "2",
      link: pages > REQUESTS_MAX ? "" : `<${next.href}>; rel="next"`,
    };
    const get = (name: string) => fields[name.toLowerCase()] || null;
    return { status: 200, headers: { get }, body: ReadableStream.from([Buffer.from("[]")]) };
  };
}
