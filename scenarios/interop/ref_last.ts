/**
 * Another client looks at the hub's cache after every single change that a download makes (where nobody sees changes, often), of a first commit or a later one.
 *
 * Invariants checked:
 * - Whatever commit the ref names, its snapshot is whole.
 * - A snapshot has its configuration only while it has every weight file.
 */
import { join } from "node:path";
import fc from "fast-check";
import { exists, hubCachePaths, readText } from "../../harness/internal.ts";
import { anySmallModel, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/RefLast-4bit";

export const refLast = scenario({
  name: "interop/ref_last",
  covers: ["LAYOUT-REF-LAST", "DL-CONFIG-LAST"],
  goals: ["a ref changed its commit"],
  given: { old: anySmallModel(), next: anySmallModel(), isUpdate: fc.boolean() },
  async check({ old, next, isUpdate }, world, verdict) {
    const place = hubCachePaths(world.root, REPOSITORY);
    const request = { repository: REPOSITORY, layout: "hf-cache" } as const;
    const known = new Map<string, ReturnType<typeof wantedFiles>>();
    const publish = ({ files }: typeof old) => {
      const commit = world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
      known.set(commit, wantedFiles(files));
    };
    if (isUpdate) {
      publish(old);
      await world.start().download(request);
    }
    publish(next);
    const seen = new Set<string>();
    const lookAtSnapshots = async () => {
      for (const [commit, files] of known) {
        const snapshot = join(place.snapshots, commit);
        if (!(await exists(world.files, join(snapshot, "config.json")))) continue;
        const weights = files.filter(({ path }) => path.endsWith(".safetensors"));
        const wrong = await wrongFiles(world, snapshot, weights);
        verdict.holds("DL-CONFIG-LAST", wrong.length === 0, () => `too early: ${wrong.join(", ")}`);
      }
    };
    const look = async () => {
      await lookAtSnapshots();
      const commit = await readText(world.files, join(place.refs, "main"));
      if (commit === undefined) return;
      seen.add(commit);
      const files = known.get(commit);
      verdict.holds("LAYOUT-REF-LAST", files !== undefined, `the ref holds "${commit}"`);
      const wrong = await wrongFiles(world, join(place.snapshots, commit), files ?? []);
      verdict.holds("LAYOUT-REF-LAST", wrong.length === 0, () => `ref first: ${wrong.join(", ")}`);
    };
    await verdict.attempt("LAYOUT-REF-LAST", () => world.start({ look }).download(request));
    await look();
    if (seen.size > 1) verdict.reached("a ref changed its commit");
  },
});
