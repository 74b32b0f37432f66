/**
 * A listing comes in pages, whose links are spelt in each legal way, and has entries for directories.
 *
 * Invariants checked:
 * - Files of every page are on the disk.
 * - No directory is asked for as a file, also where its name looks like a wanted file's, nor becomes one.
 */
import { join } from "node:path";
import fc from "fast-check";
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
  },
  goals: ["a third page was asked for"],
  world: ({ pageSize, linkStyle }) => ({ style: { pageSize, linkStyle } }),
  async check({ model, names, pageSize, linkStyle }, world, verdict) {
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
    const failure = await errorOf(() => world.start().download({ repository: REPOSITORY }));
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

function parentsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, depth) => parts.slice(0, depth + 1).join("/"));
}
