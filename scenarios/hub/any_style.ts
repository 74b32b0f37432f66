/**
 * Hubs and mirrors tell the same facts in many ways: redirects of both kinds, tags of every form, listings in pages of any
 * size and spelling, headers left out, small files compressed, addresses that soon expire, bodies that come drop by drop.
 *
 * Invariants checked:
 * - Under all of them together a download brings the listed bytes, and the same again transfers nothing.
 * - A line that drips is not mistaken for one that is dead.
 */
import fc from "fast-check";
import { anyLinkStyle, asFailure } from "../../harness/internal.ts";
import type { RequirementId } from "../../spec/mod.ts";
import {
  anySmallModel,
  type HubStyle,
  modelPlace,
  scenario,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/AnyStyle-4bit";
const TOKEN = "hf_of_any_style";

const anyStyle: fc.Arbitrary<Partial<HubStyle>> = fc.record({
  lfsFiles: fc.constantFrom("cdn", "direct"),
  smallFiles: fc.constantFrom("direct", "resolve-cache"),
  pageSize: fc.integer({ min: 1, max: 8 }),
  linkStyle: anyLinkStyle(),
  etagStyle: fc.constantFrom("strong", "weak", "proxied"),
  sendCommitHeader: fc.boolean(),
  sendEtag: fc.boolean(),
  sendContentLength: fc.boolean(),
  sendLinkedHeaders: fc.boolean(),
  directoryEntries: fc.boolean(),
  gzipSmallFiles: fc.boolean(),
  gzipUnasked: fc.boolean(),
  maskHashes: fc.boolean(),
  cdnTtlMs: fc.constantFrom(40_000, 3_600_000),
  rateLimitHeaders: fc.boolean(),
  namesErrorToAnonymous: fc.boolean(),
  chunkBytes: fc.constantFrom(50, 1000, 65_536),
});

export const anyHubStyle = scenario({
  name: "hub/any_style",
  covers: ["HUB-PAGES", "HUB-LINK-FORMS", "HUB-REDIRECT", "DL-INTEGRITY", "DL-IDEMPOTENT"],
  goals: ["a line dripped", "a gated repository", "compressed although nobody asked"],
  given: {
    model: anySmallModel({ weightBytesMax: 300 }),
    style: anyStyle,
    isGated: fc.boolean(),
    bytesPerSecond: fc.option(fc.constantFrom(0.05, 1, 40), { nil: undefined }),
  },
  world: ({ style }) => ({ style }),
  async check({ model, style, isGated, bytesPerSecond }, world, verdict) {
    const { hub } = world;
    const pages = style.linkStyle === "absolute" ? "HUB-PAGES" : "HUB-LINK-FORMS";
    const nested = { path: "deep/er/extra.json", bytes: Buffer.from("[0]"), lfs: false };
    const files = [...model.files, nested];
    hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    if (isGated) hub.gate(REPOSITORY, { tokens: [TOKEN] });
    // A program waits in real time.
    const haste = world.kind === "process" ? 10 : 1;
    // The smallest files, so that a byte each twenty seconds ends some day.
    const victim = bytesPerSecond === 40 ? "*.safetensors" : nested.path;
    // Of a compressed body nothing can be seen before enough of it has come, however fast it drips.
    if (bytesPerSecond !== undefined && style.gzipUnasked !== true) {
      hub.faults = (["resolve", "cdn"] as const).map((kind) => ({
        match: { kind, path: victim, nth: "all" as const },
        do: { type: "drip" as const, bytesPerSecond: bytesPerSecond * haste },
      }));
    }
    const request = { repository: REPOSITORY, ...(isGated ? { token: TOKEN } : {}) };
    try {
      await world.start().download(request);
    } catch (error) {
      // What else may end a download here, such as a body that was compressed unasked, is another requirement's, or nobody's.
      const about = stoppedAt(world, error, { pages });
      if (about === undefined) throw error;
      await verdict.attempt(about, () => Promise.reject(error));
    }
    verdict.holds("HUB-REDIRECT", true, "it was downloaded");
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), wantedFiles(files));
    const isLacking = wrong.some((line) => line.endsWith("is not there"));
    verdict.holds(pages, !isLacking, () => wrong.join(", "));
    const other = wrong.filter((line) => !line.endsWith("is not there"));
    verdict.holds("DL-INTEGRITY", other.length === 0, () => other.join(", "));
    const { bytesFetched } = await verdict.attempt("DL-IDEMPOTENT", () =>
      world.start().download(request),
    );
    verdict.holds("DL-IDEMPOTENT", bytesFetched === 0, `${bytesFetched} bytes came again`);
    if (hub.firedCounts().some((count) => count > 0)) verdict.reached("a line dripped");
    if (isGated) verdict.reached("a gated repository");
    if (style.gzipUnasked === true) verdict.reached("compressed although nobody asked");
  },
});

// Helpers

/** The promise at which a download ended, as the requests show. */
function stoppedAt(
  { hub }: World,
  error: unknown,
  { pages }: { readonly pages: RequirementId },
): RequirementId | undefined {
  // Who finds no weights in a whole repository has read a part of its listing.
  if (asFailure(error)?.code === "repository-incomplete") return pages;
  const { status } = hub.log.at(-1) ?? {};
  const isNetworkAsked = hub.log.some(({ kind }) => kind === "cdn");
  const isCacheAsked = hub.log.some(({ rawPath }) => rawPath.includes("/resolve-cache/"));
  const isStopped = (status === 302 && !isNetworkAsked) || (status === 307 && !isCacheAsked);
  return isStopped ? "HUB-REDIRECT" : undefined;
}
