/**
 * A model is offered from the hub's own cache, or from another place that has room for one commit of it. While the server runs, another
 * commit of it is downloaded there, by the same branch or by another one, by the implementation itself or, into the cache, by the
 * official client. It has a file more, or the same files.
 *
 * Invariants checked:
 * - Once it is whole, the later commit is offered, by its name and by its branch.
 * - The description and the headers of files name the later commit then.
 */
import fc from "fast-check";
import { askServer, beginServing, writeForeignSnapshot } from "../../harness/internal.ts";
import { anySmallModel, scenario, tinyLlama } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Offered-Twice-4bit";
const COVERS = ["SERVE-WHOLE", "SERVE-COMMIT"] as const;
/** Within it a look at the disk may be remembered. */
const PAUSE_MS = 5_000;
const NOTES = { path: "notes.json", bytes: new TextEncoder().encode("{}"), lfs: false };

export const laterRevision = scenario({
  name: "serve/later_revision",
  covers: COVERS,
  given: {
    model: fc.oneof(anySmallModel(), fc.constant(tinyLlama({ seed: 7 }))),
    layout: fc.constantFrom("hf-cache", "hf-cache", "hubapi", "lmstudio"),
    branch: fc.constantFrom("main", "main", "faster", "refs/pr/1"),
    /** Whether the later commit is asked for before it is there. */
    isAskedBefore: fc.boolean(),
    isTheirs: fc.boolean(),
    hasSameFiles: fc.boolean(),
  },
  goals: ["by itself", "by the official client", "in place of the former one", "the same files"],
  async check({ model, layout, branch, isAskedBefore, ...given }, world, verdict) {
    const { hub, clock, files: disk, root } = world;
    const { hasSameFiles } = given;
    const isTheirs = given.isTheirs && layout === "hf-cache";
    const request = { repository: REPOSITORY, layout } as const;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    await world.start().download(request);
    const server = await beginServing(world.start(), verdict, { covers: COVERS });
    if (server === undefined) return;
    const describe = async (revision: string) => {
      const encoded = encodeURIComponent(revision);
      const target = `/api/models/${REPOSITORY}/revision/${encoded}`;
      return await askServer(server, { target });
    };
    const { status: first } = await describe("main");
    verdict.holds("SERVE-WHOLE", first === 200, `the first commit is answered by ${first}`);
    const files = hasSameFiles ? model.files : [...model.files, NOTES];
    const later = hub.publish(REPOSITORY, files, { tags: ["mlx"], revision: branch });
    if (isAskedBefore) {
      const { status: early } = await describe(later);
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
    else await world.start().download({ ...request, revision: branch });
    verdict.reached(isTheirs ? "by the official client" : "by itself");
    if (layout !== "hf-cache") verdict.reached("in place of the former one");
    if (hasSameFiles) verdict.reached("the same files");
    clock.advance(PAUSE_MS);
    const how = `${later} (${layout}, ${hasSameFiles ? "the same files" : "a file more"})`;
    for (const revision of [branch, later]) {
      const { status, bytes } = await describe(revision);
      verdict.holds(
        "SERVE-WHOLE",
        status === 200,
        `of ${how} ${revision} is answered by ${status}`,
      );
      if (status !== 200) continue;
      const { sha } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { readonly sha?: unknown };
      verdict.holds("SERVE-COMMIT", sha === later, `${how} is described as ${String(sha)}`);
      const target = `/${REPOSITORY}/resolve/${encodeURIComponent(revision)}/config.json`;
      const { headers } = await askServer(server, { target, method: "HEAD" });
      const named = headers.get("x-repo-commit");
      verdict.holds("SERVE-COMMIT", named === later, `a file of ${how} is said to be of ${named}`);
    }
  },
});
