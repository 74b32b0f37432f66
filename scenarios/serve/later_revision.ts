/**
 * A model is offered from the hub's own cache. While the server runs, another commit of it is downloaded into that cache, by the same
 * branch or by another one, by the implementation itself or by the official client.
 *
 * Invariants checked:
 * - Once it is whole, the later commit is offered too, by its name and by its branch.
 */
import fc from "fast-check";
import { askServer, beginServing, writeForeignSnapshot } from "../../harness/internal.ts";
import { anySmallModel, scenario, tinyLlama } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Offered-Twice-4bit";
const LAYOUT = { layout: "hf-cache" } as const;
/** Within it a look at the disk may be remembered. */
const PAUSE_MS = 5_000;
const NOTES = { path: "notes.json", bytes: new TextEncoder().encode("{}"), lfs: false };

export const laterRevision = scenario({
  name: "serve/later_revision",
  covers: ["SERVE-WHOLE"],
  given: {
    model: fc.oneof(anySmallModel(), fc.constant(tinyLlama({ seed: 7 }))),
    branch: fc.constantFrom("main", "main", "faster", "refs/pr/1"),
    /** Whether the later commit is asked for before it is there. */
    isAskedBefore: fc.boolean(),
    isTheirs: fc.boolean(),
  },
  goals: ["by itself", "by the official client"],
  async check({ model, branch, isAskedBefore, isTheirs }, world, verdict) {
    const { hub, clock, files: disk, root } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    await world.start().download({ repository: REPOSITORY, ...LAYOUT });
    const server = await beginServing(world.start(), verdict, { covers: ["SERVE-WHOLE"] });
    if (server === undefined) return;
    const status = async (revision: string) => {
      const encoded = encodeURIComponent(revision);
      const target = `/api/models/${REPOSITORY}/revision/${encoded}`;
      return (await askServer(server, { target })).status;
    };
    const first = await status("main");
    verdict.holds("SERVE-WHOLE", first === 200, `the first commit is answered by ${first}`);
    const files = [...model.files, NOTES];
    const later = hub.publish(REPOSITORY, files, { tags: ["mlx"], revision: branch });
    if (isAskedBefore) {
      const early = await status(later);
      verdict.holds("SERVE-WHOLE", early === 404, `what is not here is answered by ${early}`);
    }
    if (isTheirs)
      await writeForeignSnapshot(disk, root, {
        repository: REPOSITORY,
        commit: later,
        files,
        revision: branch,
        absent: [],
        hasListing: true,
        isShared: false,
        isCopied: false,
      });
    else await world.start().download({ repository: REPOSITORY, revision: branch, ...LAYOUT });
    verdict.reached(isTheirs ? "by the official client" : "by itself");
    clock.advance(PAUSE_MS);
    for (const revision of [later, branch]) {
      const now = await status(revision);
      verdict.holds("SERVE-WHOLE", now === 200, `${revision} is here and answered by ${now}`);
    }
  },
});
