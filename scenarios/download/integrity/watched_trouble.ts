/**
 * A reader looks at the model's directory after every change, while the hub sends wrong bytes, the line breaks, or the
 * process is killed and another one goes on.
 *
 * Invariants checked:
 * - At a final path there is nothing or the whole listed file.
 * - No other name that a search for `*.safetensors` finds, and `config.json` only beside all weights.
 */
import fc from "fast-check";
import { readTree, sha256Hex } from "../../../harness/internal.ts";
import {
  type FaultAction,
  anySmallModel,
  killDownload,
  modelPlace,
  scenario,
  wantedFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/WatchedTrouble";

export const watchedTrouble = scenario({
  name: "download/watched_trouble",
  covers: ["DL-ATOMIC", "DL-PARTIAL-PLACE", "DL-CONFIG-LAST"],
  goals: ["wrong bytes", "a broken line", "a kill"],
  given: {
    model: anySmallModel(),
    trouble: fc.constantFrom("flip" as const, "zeroed" as const, "cut" as const, "kill" as const),
    target: fc.nat(10),
    nth: fc.integer({ min: 1, max: 100 }),
    torn: fc.boolean(),
  },
  world: () => ({ style: { chunkBytes: 3000 } }),
  async check({ model, trouble, target, nth, torn }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const wanted = wantedFiles(model.files);
    const hashes = new Map(wanted.map(({ path, bytes }) => [path, sha256Hex(bytes)]));
    const weights = wanted.filter(({ path }) => path.endsWith(".safetensors"));
    const look = async () => {
      const tree = await readTree(world.files, modelPlace(world, REPOSITORY));
      const there = new Set(tree.map(({ path }) => path));
      for (const { path, kind, sha256 } of tree) {
        const hash = hashes.get(path);
        if (hash !== undefined) verdict.holds("DL-ATOMIC", sha256 === hash, `${path} is not whole`);
        const isWeight = path.endsWith(".safetensors") && kind !== "directory";
        verdict.holds(
          "DL-PARTIAL-PLACE",
          !isWeight || hash !== undefined,
          `${path} is no file of the model`,
        );
      }
      const isEarly = there.has("config.json") && !weights.every(({ path }) => there.has(path));
      verdict.holds("DL-CONFIG-LAST", !isEarly, "config.json is there, and weights are not");
    };
    const start = { look };
    const request = { repository: REPOSITORY };
    if (trouble === "kill") {
      if (await killDownload(world, request, { at: { at: "operation", nth, torn }, start }))
        verdict.reached("a kill");
      await look();
    } else {
      const candidates = wanted.filter(({ bytes }) => bytes.length > 4);
      const file = candidates[target % candidates.length];
      const middle = (file?.bytes.length ?? 0) >> 1;
      const actions: Record<typeof trouble, FaultAction> = {
        flip: { type: "flip", atByte: middle },
        zeroed: { type: "zero-tail", bytes: middle },
        cut: { type: "cut", atByte: middle, how: "rst" },
      };
      const match = {
        kind: file?.lfs ? ("cdn" as const) : ("resolve" as const),
        path: file?.lfs ? "/lfs/*" : (file?.path ?? ""),
      };
      world.hub.faults = [{ match: { ...match, nth: 1 }, do: actions[trouble] }];
      // Whether it goes on or gives up is another requirement's matter.
      await world
        .start(start)
        .download(request)
        .catch(() => {});
      verdict.reached(trouble === "cut" ? "a broken line" : "wrong bytes");
      world.hub.faults = [];
    }
    await verdict.attempt("DL-ATOMIC", () => world.start(start).download(request));
  },
});
