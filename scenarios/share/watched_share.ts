/**
 * A reader looks at a store after every single change that a share makes there, and its undoing (where nobody sees changes, often): of a
 * download or of another client's directory, into the layouts of tools and into the root.
 *
 * Invariants checked:
 * - `config.json` is there only with every weight, in a snapshot too; a ref names only a whole snapshot.
 * - A marker is there only with every file.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  exists,
  hubCachePaths,
  isRefused,
  markerText,
  readText,
  SHARE_LAYOUTS,
} from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";
import { placeSource } from "./place_source.ts";

const REPOSITORY = "mlx-community/Looked-4bit";
const IDS = ["DL-CONFIG-LAST", "LAYOUT-REF-LAST", "MARK-TRUE", "MARK-FIRST-OUT"] as const;

export const watchedShare = scenario({
  name: "share/watched_share",
  covers: IDS,
  goals: ["a share was watched", "its undoing was watched", "a ref was seen", "a marker was seen"],
  given: {
    model: anySmallModel({ weightBytesMax: 64, beside: false }),
    from: fc.constantFrom("hubapi", "a client's directory", "a client's cache"),
    layout: fc.constantFrom(...SHARE_LAYOUTS, "hf-cache"),
    isIntoRoot: fc.boolean(),
    isUndone: fc.boolean(),
  },
  async check({ model, from, layout: drawn, isIntoRoot, isUndone }, world, verdict) {
    const { files: disk, root, outside } = world;
    if (world.start().share === undefined) {
      for (const id of IDS) verdict.skip(id, "it shares nothing");
      return;
    }
    const source = { repository: REPOSITORY, from, files: model.files } as const;
    const { directory, commit } = await placeSource(world, source);
    const isOwn = isIntoRoot && from !== "hubapi";
    const into = isOwn ? root : join(outside, "store");
    // The root has no flat models but those that the app has put there.
    const layout = isOwn && drawn === "flat" ? "hubapi" : drawn;
    const wanted = from === "hubapi" ? wantedFiles(model.files) : model.files;
    const weights = wanted.filter(({ path }) => path.endsWith(".safetensors"));
    const { refs, snapshots } = hubCachePaths(into, REPOSITORY);
    const place =
      layout === "hf-cache"
        ? join(snapshots, commit)
        : modelPlace({ root: into }, REPOSITORY, { layout });
    let isUndoing = false;
    const look = async () => {
      // What shows a model is read first: the rest was there before it, and goes after it.
      if (await exists(disk, join(place, "config.json"))) {
        const wrong = await wrongFiles(world, place, weights);
        verdict.holds("DL-CONFIG-LAST", wrong.length === 0, () => `too early: ${wrong.join()}`);
      }
      if ((await readText(disk, join(refs, "main"))) === commit) {
        verdict.reached("a ref was seen");
        const wrong = await wrongFiles(world, place, wanted);
        verdict.holds("LAYOUT-REF-LAST", wrong.length === 0, () => `ref first: ${wrong.join()}`);
      }
      if ((await markerText(disk, place)) !== undefined) {
        verdict.reached("a marker was seen");
        const wrong = await wrongFiles(world, place, wanted);
        const id = isUndoing ? "MARK-FIRST-OUT" : "MARK-TRUE";
        verdict.holds(id, wrong.length === 0, () => `with a marker: ${wrong.join()}`);
      }
    };
    const request = { repository: REPOSITORY, from: directory, into, layout };
    // Whether it may be refused is no matter here.
    const share = async (step: "share" | "undo") =>
      !(await isRefused(async () => world.start({ look }).share?.({ ...request, step })));
    if (!(await share("share"))) return;
    await look();
    verdict.reached("a share was watched");
    if (!isUndone) return;
    isUndoing = true;
    if (await share("undo")) verdict.reached("its undoing was watched");
  },
});
