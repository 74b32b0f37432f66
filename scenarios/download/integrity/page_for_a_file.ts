/**
 * A plain address answers with a web page: the page about a file, a login page, or a file that is a page by its name. Some servers
 * call everything that they send bytes.
 *
 * Invariants checked:
 * - Nothing of the page is kept under the name of a file, and the error says what came; a page that was meant is kept.
 */
import fc from "fast-check";
import { exists, settled } from "../../../harness/internal.ts";
import { filePlace, scenario } from "../../../harness/mod.ts";

const WEIGHTS_REGEXP = /\.(?:safetensors|gguf)$/;
const PAGE = new TextEncoder().encode("<!doctype html><html><body>about a file</body></html>");

export const pageForAFile = scenario({
  name: "download/page_for_a_file",
  covers: ["DL-NO-PAGE", "ERROR-KIND"],
  given: {
    name: fc.constantFrom(
      "model.safetensors",
      "weights.gguf",
      "config.json",
      "name",
      "about.html.gguf",
      "a.htm.json",
      "html",
      "about.html",
      "ABOUT.HTM",
      "about.xhtml",
    ),
    hasHead: fc.boolean(),
    /** Whether the server says that it is a page. */
    isTyped: fc.boolean(),
    /** The name of the page that readers are sent to. */
    login: fc.constantFrom(undefined, undefined, "login", "login.html", "index.htm"),
  },
  goals: ["a page came instead of a file", "a page that is called bytes came", "a page was meant"],
  async check({ name, hasHead, isTyped, login }, world, verdict) {
    const { hub } = world;
    // Only of weights is it certain that they are no page, whatever the server calls it.
    const isCalledBytes = !isTyped && WEIGHTS_REGEXP.test(name);
    const url = hub.serveUrl(`/org/${name}`, PAGE);
    const page = login === undefined ? undefined : hub.serveUrl(`/${login}`, PAGE);
    hub.faults = [
      ...(hasHead
        ? []
        : [
            {
              match: { kind: "url", method: "HEAD", nth: "all" },
              do: { type: "status", status: 405 },
            } as const,
          ]),
      ...(page === undefined
        ? []
        : [
            {
              match: { path: `/org/${name}`, nth: "all" },
              do: { type: "redirect", to: page },
            } as const,
          ]),
      ...(isCalledBytes
        ? []
        : [{ match: { kind: "url", nth: "all" }, do: { type: "html" } } as const]),
    ];
    const subject = world.start();
    if (/\.x?html?$/i.test(name)) {
      const { directory } = await verdict.attempt("DL-NO-PAGE", () => subject.downloadUrl({ url }));
      const isKept = await exists(world.files, filePlace(directory, name));
      verdict.holds("DL-NO-PAGE", isKept, "the page that was meant is not there");
      verdict.reached("a page was meant");
      return;
    }
    await verdict.fails("DL-NO-PAGE", () => subject.downloadUrl({ url }), ["not-a-hub"]);
    const models = await settled(() => subject.list());
    verdict.holds("DL-NO-PAGE", (models ?? []).length === 0, "the page is listed as a model");
    verdict.reached(
      isCalledBytes ? "a page that is called bytes came" : "a page came instead of a file",
    );
  },
});
