/**
 * What happens around a crash: a first download, an update, a resumed one, a removal.
 *
 * @module
 */

import { join } from "node:path";
import fc from "fast-check";
import type { CachedSnapshots, CrashCase } from "../../harness/internal.ts";
import { anyModel, anySmallModel, type TinyModel, type World } from "../../harness/mod.ts";
import type { DownloadRequest } from "../../spec/mod.ts";
import { recordRun } from "./recorded_run.ts";

const REPOSITORY = "mlx-community/Crash";

type CrashLayout = "hubapi" | "lmstudio" | "hf-cache";

/** A run during which the machine stops. */
export interface CrashRun {
  readonly kind: "fresh" | "update" | "resumed" | "removal";
  /** What the hub had before, if anything, and what it has. */
  readonly models: readonly [TinyModel, TinyModel];
  /** Whether a runtime could run them: `check` has something to say then. */
  readonly isLoadable: boolean;
  readonly layout: CrashLayout;
  /** Where the process before was killed, when the run is a resumed download. */
  readonly killedAt: number;
  /** For what is drawn among the crashes. */
  readonly seed: number;
}

/**
 * Draws a run during which the machine stops.
 *
 * @param kinds what it may be
 * @param layouts where it may be; one that stands there twice is drawn as often
 */
export function anyCrashRun(
  kinds: readonly CrashRun["kind"][],
  layouts: readonly CrashLayout[] = ["hubapi", "hubapi", "lmstudio"],
): fc.Arbitrary<CrashRun> {
  // Of few files, more of the states that a crash may leave are looked at.
  const small = fc
    .constantFrom(false, false, true)
    .chain((beside) => fc.tuple(anySmallModel({ beside }), anySmallModel({ beside })));
  // Of equal names and other bytes: what is mixed of them looks whole.
  const real = fc
    .constantFrom(1 as const, 2 as const)
    .chain((shards) => fc.tuple(anyTinyModel(shards, 0), anyTinyModel(shards, 1)));
  const models = fc.oneof(
    small.map((drawn) => ({ models: drawn, isLoadable: false })),
    real.map((drawn) => ({ models: drawn, isLoadable: true })),
  );
  const rest = fc.record({
    kind: fc.constantFrom(...kinds),
    layout: fc.constantFrom(...layouts),
    // In the midst of it files have arrived that are not synced yet.
    killedAt: fc.oneof(fc.integer({ min: 5, max: 45 }), fc.integer({ min: 16, max: 32 })),
    seed: fc.nat(1000),
  });
  return fc.tuple(models, rest).map(([drawn, run]) => ({ ...drawn, ...run }));
}

function anyTinyModel(shards: 1 | 2, seed: number): fc.Arbitrary<TinyModel> {
  return anyModel({
    shards,
    seed,
    layers: 1,
    heads: 4,
    kvHeads: 2,
    vocabSize: 259,
    dtype: "F16",
    quantization: { bits: 4, groupSize: 32 },
    tied: true,
    index: shards > 1,
    staleIndex: false,
    nested: false,
    duplicateBlob: false,
    chatTemplate: "none",
    generationConfig: false,
    extraFiles: false,
  });
}

/** Lets a run happen and records it; what came before it is done and durable, but for what a killed process wrote. */
export async function recordCrashRun(
  world: World,
  run: CrashRun,
  repository = REPOSITORY,
): Promise<CrashCase> {
  const { kind, models, isLoadable, layout, killedAt } = run;
  const [old, next] = models;
  const request: DownloadRequest = { repository, layout };
  const commits: string[] = [];
  const publish = ({ files }: TinyModel) =>
    commits.push(world.hub.publish(repository, files, { tags: ["mlx"] }));
  if (kind === "update" || kind === "removal") {
    publish(old);
    await world.start().download(request);
  }
  if (kind === "removal") {
    return recordRun(world, {
      ...placeOf(world, layout, { repository, commits }),
      request,
      isLoadable,
      versions: [old.files],
      before: 0,
      run: (process) => process.remove({ repository, layout }),
    });
  }
  publish(next);
  const versions = kind === "update" ? [old.files, next.files] : [next.files];
  const what = {
    ...placeOf(world, layout, { repository, commits }),
    request,
    isLoadable,
    versions,
  };
  return recordRun(world, {
    ...what,
    ...(kind === "update" && { before: 0 }),
    ...(kind === "resumed" && { killedAt }),
  });
}

/** Where the model lies, of which each version has a commit. */
function placeOf(
  { root }: World,
  layout: CrashLayout,
  { repository, commits }: { readonly repository: string; readonly commits: readonly string[] },
): { readonly directory: string; readonly cache?: CachedSnapshots } {
  const names = repository.split("/");
  if (layout === "hubapi") return { directory: join(root, "models", ...names) };
  if (layout === "lmstudio") return { directory: join(root, ...names) };
  const cached = join(root, `models--${names.join("--")}`);
  const directory = join(cached, "snapshots", commits.at(-1) ?? "");
  return { directory, cache: { repository: cached, commits } };
}
