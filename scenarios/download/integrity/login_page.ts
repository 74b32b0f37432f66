/**
 * Something before the hub answers with a web page and status 200: a login, a captive portal, a proxy's error.
 *
 * Invariants checked:
 * - The download says that this is not a hub, or that the file is not the listed one, and nothing of the page is published.
 */
import fc from "fast-check";
import { exists, readText } from "../../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/LoginPage";

export const loginPage = scenario({
  name: "download/login_page",
  covers: ["DL-NOT-A-HUB", "ERROR-KIND"],
  goals: ["in place of the listing", "in place of a file"],
  given: {
    model: anySmallModel(),
    kind: fc.constantFrom("info" as const, "tree" as const, "resolve" as const, "cdn" as const),
  },
  async check({ model, kind }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    world.hub.faults = [{ match: { kind, nth: "all" }, do: { type: "html" } }];
    const isApi = kind === "info" || kind === "tree";
    const codes = isApi ? (["not-a-hub"] as const) : (["not-a-hub", "integrity"] as const);
    await verdict.fails(
      "DL-NOT-A-HUB",
      () => world.start().download({ repository: REPOSITORY }),
      codes,
    );
    verdict.reached(isApi ? "in place of the listing" : "in place of a file");
    const directory = modelPlace(world, REPOSITORY);
    for (const { path } of wantedFiles(model.files)) {
      const place = filePlace(directory, path);
      const text = (await exists(world.files, place)) ? await readText(world.files, place) : "";
      const isPage = /<html|<!doctype/i.test(text ?? "");
      verdict.holds("DL-NOT-A-HUB", !isPage, `${path} is a web page`);
    }
  },
});
