/**
 * A mirror leaves headers out, or an error has headers that look like facts about a file.
 *
 * Invariants checked:
 * - Without `X-Repo-Commit`, `ETag`, `Content-Length` or the linked ones the model is downloaded and verified all the same.
 * - The etag and size of an error are never mistaken for those of the file.
 */
import fc from "fast-check";
import { throughTrouble } from "../../../harness/internal.ts";
import {
  anySmallModel,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/FewHeaders";

export const fewHeaders = scenario({
  name: "download/few_headers",
  covers: ["DL-FEW-HEADERS", "DL-ERROR-HEADERS"],
  goals: ["an error came first"],
  given: {
    model: anySmallModel(),
    sendCommitHeader: fc.boolean(),
    sendEtag: fc.boolean(),
    sendContentLength: fc.boolean(),
    sendLinkedHeaders: fc.boolean(),
    etagStyle: fc.constantFrom("strong" as const, "weak" as const),
    error: fc.constantFrom("503", "expired"),
  },
  world: ({ sendCommitHeader, sendEtag, sendContentLength, sendLinkedHeaders, etagStyle }) => ({
    style: { sendCommitHeader, sendEtag, sendContentLength, sendLinkedHeaders, etagStyle },
  }),
  async check({ model, error }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    // The status pages of the hub and of the content network have etags and lengths of their own.
    if (error === "503")
      world.hub.faults = [
        { match: { kind: "resolve", nth: 1 }, do: { type: "status", status: 503, html: true } },
      ];
    if (error === "expired")
      world.hub.faults = [{ match: { kind: "cdn", nth: 1 }, do: { type: "expire-cdn" } }];
    await verdict.attempt("DL-FEW-HEADERS", () =>
      throughTrouble(world, () => world.start().download({ repository: REPOSITORY })),
    );
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), wantedFiles(model.files));
    verdict.holds("DL-FEW-HEADERS", wrong.length === 0, wrong.join(", "));
    verdict.reached("an error came first");
    verdict.holds("DL-ERROR-HEADERS", wrong.length === 0, wrong.join(", "));
    const status = await world.start().verify({ repository: REPOSITORY });
    verdict.holds(
      "DL-ERROR-HEADERS",
      status.state !== "incomplete",
      `verify answers ${status.state}`,
    );
  },
});
