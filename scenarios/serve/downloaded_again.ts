/**
 * A machine downloads a model from another one that has it, while that one serves it from its disk.
 *
 * Invariants checked:
 * - The download succeeds, of the same commit, and has every file byte for byte.
 * - Nothing changes where the model is served from.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  beginServing,
  readTree,
  SERVED_ORIGIN,
  serverFetch,
  wantedFiles,
  wrongFiles,
} from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Passed-On-4bit";

export const downloadedAgain = scenario({
  name: "serve/downloaded_again",
  covers: ["SERVE-BYTES", "SERVE-READ-ONLY"],
  given: {
    model: anySmallModel({ weightBytesMax: 3000 }),
    layout: fc.constantFrom("hubapi", "lmstudio", "hf-cache"),
  },
  async check({ model, layout }, world, verdict) {
    const { files: disk, root, outside } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const first = world.start();
    const { commit } = await first.download({ repository: REPOSITORY, layout });
    const before = JSON.stringify(await readTree(disk, root));
    const server = await beginServing(first, verdict, {
      covers: ["SERVE-BYTES", "SERVE-READ-ONLY"],
    });
    if (server === undefined) return;
    const elsewhere = join(outside, "second");
    const second = world.start({
      root: elsewhere,
      env: { HF_ENDPOINT: server.address ?? SERVED_ORIGIN },
      // A server that listens is asked where it does.
      ...(server.address === undefined && { fetch: () => serverFetch(server) }),
    });
    const got = await verdict.attempt("SERVE-BYTES", () =>
      second.download({ repository: REPOSITORY, layout: "hubapi" }),
    );
    verdict.holds("SERVE-BYTES", got.commit === commit, `it got commit ${got.commit}`);
    const place = modelPlace({ root: elsewhere }, REPOSITORY);
    const wrong = await wrongFiles(world, place, wantedFiles(model.files));
    verdict.holds("SERVE-BYTES", wrong.length === 0, () => `it got ${wrong.join(", ")} wrong`);
    const after = JSON.stringify(await readTree(disk, root));
    verdict.holds("SERVE-READ-ONLY", after === before, "serving changed something");
  },
});
