/**
 * Downloads of other clients ended half-way: beside a whole copy, in the root, in a cache or in a store, they have left a partial file; or
 * of a model in a cache, the hub's own or a Swift app's, there is a configuration and a partial content. Somebody asks what is wrong, and
 * takes the steps that are named.
 *
 * Invariants checked:
 * - Of a copy that lacks its weights, a cause is named.
 * - After the steps what was found is found no longer, and a whole copy is as whole as it was.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { DiagnosisCause, DiagnosisFinding, Layout } from "../../spec/mod.ts";
import { hubCachePaths, placeInStore, storeRoot, writeBytes } from "../../harness/internal.ts";
import {
  scenario,
  tinyLlama,
  type TinyModel,
  type Verdict,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Half-4bit";
/** What clients call a content that is not whole yet. */
const PARTIAL = `${"d".repeat(64)}.incomplete`;
/** What is true of a copy that is only begun. */
const CAUSES: readonly DiagnosisCause[] = [
  "half-download",
  "missing-weights",
  "missing-shard",
  "missing-file",
];
const STEPS_MAX = 3;
const HUB_CACHE = { store: "hub-cache", directory: "~/.cache/huggingface/hub" } as const;
const SWIFT_CACHE = { store: "swift-hub", directory: "~/Library/Caches/huggingface/hub" } as const;
const APP_CACHE = {
  store: "swift-hub",
  directory: "~/Library/Containers/*/Data/Library/Caches/huggingface/hub",
} as const;
const CACHES = { "hub-cache": HUB_CACHE, "swift-hub": SWIFT_CACHE, "an app": APP_CACHE };
/** What is there of the model beside the partial file. */
const THERE = ["all", "all but weights", "a configuration"] as const;
const PLACES = ["hubapi", "hf-cache", "hub-cache", "swift-hub", "an app"] as const;

export const halfDownloads = scenario({
  name: "places/half_downloads",
  covers: ["DOCTOR-CAUSE", "DOCTOR-MEND"],
  goals: ["beside a whole copy", "in a cache", "half a model"],
  given: {
    // What only looks like a model is found wrong for other reasons.
    model: fc.constantFrom(tinyLlama({ seed: 7 }), tinyLlama({ seed: 8, shards: 2 })),
    at: fc.constantFrom(...PLACES, "swift-hub" as const, "an app" as const),
    there: fc.constantFrom(...THERE, "a configuration" as const),
    sizeBytes: fc.integer({ min: 1, max: 100 }),
  },
  async check({ model, at, there, sizeBytes }, world, verdict) {
    const home = join(world.outside, "home");
    const subject = world.start({ env: { HOME: home } });
    if (subject.diagnose === undefined) {
      for (const id of ["DOCTOR-CAUSE", "DOCTOR-MEND"] as const)
        verdict.skip(id, "it diagnoses nothing");
      return;
    }
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const isOwn = at === "hubapi" || at === "hf-cache";
    const isWhole = there === "all" || isOwn;
    const { directory, cache } = isOwn
      ? await own(world, at, home)
      : await theirs(world, { home, at: CACHES[at], model, there });
    const partials = cache === undefined ? directory : hubCachePaths(cache, REPOSITORY).blobs;
    await writeBytes(world.files, join(partials, PARTIAL), new Uint8Array(sizeBytes));
    if (cache !== undefined) verdict.reached("in a cache");
    verdict.reached(isWhole ? "beside a whole copy" : "half a model");
    const base = cache === undefined ? directory : hubCachePaths(cache, REPOSITORY).repository;
    const look = async () => {
      const { findings = [] } = (await subject.diagnose?.({})) ?? {};
      return findings.filter((one) => isOf(one, base));
    };
    const found = await verdict.attempt("DOCTOR-CAUSE", look);
    const told = found.map(({ cause }) => cause).join(", ") || "nothing";
    if (isWhole) {
      const wanted = wantedFiles(model.files);
      await mended(verdict, { found, look, mend: async (step) => subject.mend?.(step) });
      const wrong = await wrongFiles(world, directory, wanted);
      verdict.holds("DOCTOR-MEND", wrong.length === 0, () => `the copy: ${wrong.join(", ")}`);
      return;
    }
    const isTold = found.some(({ cause, level }) => level === "error" && CAUSES.includes(cause));
    verdict.holds("DOCTOR-CAUSE", isTold, `of half a model (${at}) it found ${told}`);
  },
});

// Helpers

/** Whether a finding is about a half download in a directory or below it. */
function isOf({ cause, directory }: DiagnosisFinding, base: string): boolean {
  const isHere = directory === base || directory.startsWith(`${base}/`);
  return isHere && CAUSES.includes(cause);
}

/** Takes the steps of what was found, one after the other. A finding is a warning here, which need not be given. */
async function mended(
  verdict: Verdict,
  about: {
    readonly found: readonly DiagnosisFinding[];
    readonly look: () => Promise<readonly DiagnosisFinding[]>;
    readonly mend: (step: NonNullable<DiagnosisFinding["mend"]>) => Promise<unknown>;
  },
): Promise<void> {
  const { look, mend } = about;
  let [found] = about.found;
  for (let at = 0; at < STEPS_MAX && found !== undefined; at++) {
    const { mend: step } = found;
    // What only the user decides, or another program does, is not done here.
    if (step === undefined || step.operation === "run") return;
    await verdict.attempt("DOCTOR-MEND", () => mend(step));
    [found] = await look();
  }
  verdict.holds("DOCTOR-MEND", found === undefined, `after its steps: ${found?.detail}`);
}

/** A whole copy that was downloaded. */
async function own(
  world: World,
  layout: Exclude<Layout, "flat">,
  home: string,
): Promise<{ readonly directory: string; readonly cache: string | undefined }> {
  const subject = world.start({ env: { HOME: home } });
  const { directory } = await subject.download({ repository: REPOSITORY, layout });
  return { directory, cache: layout === "hf-cache" ? world.root : undefined };
}

/** What another client has of a model in its cache. */
async function theirs(
  world: World,
  how: {
    readonly home: string;
    readonly at: (typeof CACHES)[keyof typeof CACHES];
    readonly model: TinyModel;
    readonly there: (typeof THERE)[number];
  },
): Promise<{ readonly directory: string; readonly cache: string | undefined }> {
  const { home, at, model, there } = how;
  const { root } = storeRoot(at, home);
  const files = model.files.filter(
    ({ path }) =>
      there === "all" ||
      (there === "a configuration" ? path === "config.json" : !path.endsWith(".safetensors")),
  );
  const directory = await placeInStore(
    world.files,
    { ...at, root, layout: "hf-cache" },
    { repository: REPOSITORY, files },
  );
  return { directory, cache: root };
}
