/**
 * Two copies of a model take their bytes twice: one that was downloaded, and one in another layout or in the store of another tool, which
 * may write names in its own way. In one of them the system may have left sidecars. Somebody asks what is wrong, and takes the steps that
 * are named, though every copy can be used.
 *
 * Invariants checked:
 * - What was found is found no longer once its step was taken.
 * - Both copies have every file that they had.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { DiagnosisFinding, Layout } from "../../spec/mod.ts";
import { placeInStore, SIDECAR, storeRoot, writeBytes } from "../../harness/internal.ts";
import { scenario, tinyLlama, type TinyModel, type World, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Twice_1.5-v0.1-4bit";
const ID = "DOCTOR-MEND";
const OTHERS = ["lmstudio", "hf-cache", "lm-studio", "modelscope", "mlx-audio"] as const;
const STORES = {
  "lm-studio": { directory: "~/.lmstudio/models", layout: "lmstudio" },
  modelscope: { directory: "~/.cache/modelscope/hub/models", layout: "lmstudio" },
  "mlx-audio": { directory: "~/Library/Caches/mlx-audio", layout: "flat" },
} as const;
/** More are not found: one of each copy and cause. */
const STEPS_MAX = 4;

export const warned = scenario({
  name: "places/warned",
  covers: [ID],
  goals: ["two copies", "sidecars"],
  given: {
    model: fc.constantFrom(tinyLlama({ seed: 5 }), tinyLlama({ seed: 6, shards: 2 })),
    other: fc.constantFrom(...OTHERS),
    sidecars: fc.constantFrom("nowhere", "own", "other"),
    /** Copies are met in the order of their names. */
    isRootLast: fc.boolean(),
  },
  async check({ model, other, sidecars, isRootLast }, world, verdict) {
    const home = join(world.outside, "home");
    const root = join(world.outside, isRootLast ? "models" : "a root");
    const started = { root, env: { HOME: home } };
    const subject = world.start(started);
    if (subject.diagnose === undefined) {
      verdict.skip(ID, "it diagnoses nothing");
      return;
    }
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const own = (await subject.download({ repository: REPOSITORY, layout: "hubapi" })).directory;
    const copies = { own, other: await placeOther(world, { started, other, model }) };
    const place = sidecars === "nowhere" ? undefined : join(copies[sidecars], SIDECAR);
    if (place !== undefined) await writeBytes(world.files, place, new Uint8Array(40));
    verdict.reached(place === undefined ? "two copies" : "sidecars");
    const wrongIn = async () => [
      ...(await wrongFiles(world, copies.own, model.files)),
      ...(await wrongFiles(world, copies.other, model.files)),
    ];
    const before = (await wrongIn()).join();
    const look = async () => (await subject.diagnose?.({}))?.findings ?? [];
    let findings = await verdict.attempt(ID, look);
    const taken = new Set<string>();
    for (let at = 0; at < STEPS_MAX; at++) {
      const next = findings.find((one) => isStep(one) && !taken.has(keyOf(one)));
      if (next?.mend === undefined) break;
      const { mend } = next;
      taken.add(keyOf(next));
      await verdict.attempt(ID, async () => subject.mend?.(mend));
      findings = await look();
      const left = findings.find((one) => keyOf(one) === keyOf(next));
      verdict.holds(ID, left === undefined, `after ${mend.operation}: ${left?.detail}`);
    }
    const after = await wrongIn();
    verdict.holds(ID, after.join() === before, () => `after the steps: ${after.join()}`);
  },
});

// Helpers

function keyOf({ cause, directory }: DiagnosisFinding): string {
  return `${cause} ${directory}`;
}

/** Whether its step is one that is taken here, and keeps every copy. */
function isStep({ mend }: DiagnosisFinding): boolean {
  return mend?.operation === "share" || mend?.operation === "tidy";
}

/** Puts the second copy there. @returns its directory */
async function placeOther(
  world: World,
  how: {
    readonly started: { readonly root: string; readonly env: { readonly HOME: string } };
    readonly other: (typeof OTHERS)[number];
    readonly model: TinyModel;
  },
): Promise<string> {
  const { started, other, model } = how;
  const request = { repository: REPOSITORY };
  if (other === "lmstudio" || other === "hf-cache") {
    const layout: Exclude<Layout, "flat"> = other;
    return (await world.start(started).download({ ...request, layout })).directory;
  }
  const { directory, layout } = STORES[other];
  const { root } = storeRoot({ directory }, started.env.HOME);
  const place = { store: other, directory, layout, root };
  return placeInStore(world.files, place, { ...request, files: model.files });
}
