/**
 * A listing comes in pages, whose links are spelt in each legal way, one of which may be empty, and has entries for directories.
 *
 * Invariants checked:
 * - Files of every page are on the disk.
 * - No directory is asked for as a file, also where its name looks like a wanted file's, nor becomes one.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { Fetch } from "../../spec/mod.ts";
import {
  anyFileNames,
  describeError,
  exists,
  anyLinkStyle,
  errorOf,
} from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Paged-4bit";

export const listingPages = scenario({
  name: "hub/listing_pages",
  covers: ["HUB-PAGES", "HUB-LINK-FORMS", "HUB-DIRECTORIES"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    names: anyFileNames({ countMax: 4 }),
    pageSize: fc.integer({ min: 1, max: 6 }),
    linkStyle: anyLinkStyle(),
    /** Which page has no entries, and names a next one all the same. */
    emptyAt: fc.constantFrom(undefined, undefined, undefined, 1, 2, 3),
  },
  goals: ["a third page was asked for"],
  world: (given) => ({ style: { pageSize: given.pageSize, linkStyle: styleOf(given) } }),
  async check({ model, names, pageSize, emptyAt, ...rest }, world, verdict) {
    const linkStyle = styleOf({ ...rest, emptyAt });
    // Directories whose names the default patterns want.
    const nested = [
      // Other scenarios judge what a program makes of names.
      ...(world.kind === "process" ? names.map((_, at) => `part-${at}/plain.json`) : names),
      "vision.json/part.json",
      "heads.json/more.jinja/last.json",
    ];
    const files = [
      ...model.files,
      ...nested.map((path) => ({ path, bytes: Buffer.from(`"${path}"`), lfs: false })),
    ];
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const { log } = world.hub;
    const pages = linkStyle === "absolute" ? "HUB-PAGES" : "HUB-LINK-FORMS";
    const isDirectory = (path: string | undefined) =>
      nested.flatMap(parentsOf).includes(path ?? "");
    const relay = (fetch: Fetch) => withEmptyPage(fetch, emptyAt);
    const subject = world.start({ relay });
    const failure = await errorOf(() => subject.download({ repository: REPOSITORY }));
    // A client that fails after it asked for a directory fails because of it.
    const id = log.some(({ file }) => isDirectory(file)) ? "HUB-DIRECTORIES" : pages;
    verdict.holds(id, failure === undefined, () => describeError(failure));
    if (log.filter(({ kind }) => kind === "tree").length > 2) {
      verdict.reached("a third page was asked for");
    }
    const directory = modelPlace(world, REPOSITORY);
    for (const path of new Set(nested.flatMap(parentsOf))) {
      const asked = log.some(({ file }) => file === path);
      verdict.holds("HUB-DIRECTORIES", !asked, `the directory ${path} was asked for as a file`);
      const place = join(directory, ...path.split("/"));
      const kind = (await exists(world.files, place)) && (await world.files.lstat(place)).kind;
      verdict.holds("HUB-DIRECTORIES", kind !== "file", `the directory ${path} became a file`);
    }
    const wrong = await wrongFiles(world, directory, wantedFiles(files));
    verdict.holds(
      pages,
      wrong.length === 0,
      () => `with ${pageSize} entries a page these are wrong: ${wrong.join(", ")}`,
    );
  },
});

/** One oddity at a time: a page without entries has a link as the hub spells it. */
function styleOf<Style>(given: {
  readonly linkStyle: Style;
  readonly emptyAt: number | undefined;
}): Style | "absolute" {
  return given.emptyAt === undefined ? given.linkStyle : "absolute";
}

/** A listing one page of which has nothing but a link to the next one. */
function withEmptyPage(fetch: Fetch, emptyAt: number | undefined): Fetch {
  let pages = 0;
  return async (url, request) => {
    const isListing = /\/api\/models\/[^?]*\/tree\//.test(url);
    if (!isListing || ++pages !== emptyAt) return await fetch(url, request);
    const next = `${url}${url.includes("?") ? "&" : "?"}again=1`;
    const fields: Readonly<Record<string, string>> = {
      "content-type": "application/json",
      "content-length": "2",
      link: `<${next}>; rel="next"`,
    };
    const body = ReadableStream.from([new TextEncoder().encode("[]")]);
    const get = (name: string) => fields[name.toLowerCase()] ?? null;
    return { status: 200, headers: { get }, body };
  };
}

function parentsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, depth) => parts.slice(0, depth + 1).join("/"));
}
