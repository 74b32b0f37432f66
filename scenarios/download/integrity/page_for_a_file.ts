/**
 * A plain address answers with a web page: the page about a file, a login page, or a file that is a page by its name. Some servers
 * call everything that they send bytes. Other files are text and have the ending of weights in their name.
 *
 * Invariants checked:
 * - Nothing of the page is kept under the name of a file, and the error says what came; a page that was meant is kept.
 * - Text is kept under the name of text, whatever else is in that name, and weights that begin as text does are weights.
 */
import fc from "fast-check";
import { exists, readBytes, settled } from "../../../harness/internal.ts";
import { type FaultRule, filePlace, scenario } from "../../../harness/mod.ts";

const WEIGHTS_REGEXP = /\.(?:safetensors|gguf)$/;
const encode = (text: string) => new TextEncoder().encode(text);
const PAGE = encode("<!doctype html><html><body>about a file</body></html>");
/** What is sent under names that are nobody's page. */
const NO_PAGES: Readonly<Record<string, Uint8Array>> = {
  "pytorch_model.bin.index.json": encode('{"weight_map":{"a":"pytorch_model-00001-of-00002.bin"}}'),
  "model.safetensors.index.json": encode('{"metadata":{},"weight_map":{}}'),
  "weights.npz.txt": encode("[1, 2, 3]"),
  "model.gguf.xml": encode('<?xml version="1.0"?><model/>'),
  // The header of a file of weights is JSON behind its length, and there may be a control character before any text.
  "short.safetensors": Buffer.concat([Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0), encode("{}")]),
  "text.bin": Buffer.concat([encode('{"a":'), Uint8Array.of(1, 0)]),
};

export const pageForAFile = scenario({
  name: "download/page_for_a_file",
  covers: ["DL-NO-PAGE", "DL-OTHER-WAY", "ERROR-KIND"],
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
    /** What is sent instead of any page. */
    noPage: fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 4 },
      { arbitrary: fc.constantFrom(...Object.keys(NO_PAGES)), weight: 1 },
    ),
  },
  goals: [
    "a page came instead of a file",
    "a page that is called bytes came",
    "a page was meant",
    "no page came",
  ],
  async check({ name, hasHead, isTyped, login, noPage }, world, verdict) {
    const { hub } = world;
    const bytes = noPage === undefined ? undefined : NO_PAGES[noPage];
    if (bytes !== undefined) {
      const plain = hub.serveUrl(`/org/${noPage}`, bytes);
      hub.faults = headFaults(hasHead);
      const { directory } = await verdict.attempt("DL-OTHER-WAY", () =>
        world.start().downloadUrl({ url: plain }),
      );
      const place = filePlace(directory, noPage ?? "");
      const found = (await exists(world.files, place)) && (await readBytes(world.files, place));
      const isKept = found !== false && Buffer.from(found).equals(bytes);
      verdict.holds("DL-OTHER-WAY", isKept, "what is no page is not there");
      verdict.reached("no page came");
      return;
    }
    // Only of weights is it certain that they are no page, whatever the server calls it.
    const isCalledBytes = !isTyped && WEIGHTS_REGEXP.test(name);
    const url = hub.serveUrl(`/org/${name}`, PAGE);
    const page = login === undefined ? undefined : hub.serveUrl(`/${login}`, PAGE);
    hub.faults = [
      ...headFaults(hasHead),
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

/** A server that answers no `HEAD`. */
function headFaults(hasHead: boolean): readonly FaultRule[] {
  if (hasHead) return [];
  return [
    {
      match: { kind: "url", method: "HEAD", nth: "all" },
      do: { type: "status", status: 405 },
    },
  ];
}
