/**
 * What happens around a crash: a first download, an update, a resumed one, a removal.
 *
 * @module
 */

import { join } from "node:path";
import fc from "fast-check";
import type { CrashCase } from "../../harness/internal.ts";
import {
  anyModel,
  anySmallModel,
  killDownload,
  type TinyModel,
  type World,
} from "../../harness/mod.ts";
import type { DownloadRequest } from "../../spec/mod.ts";
import { recordRun } from "./recorded_run.ts";

const REPOSITORY = "mlx-community/Crash";

/** A run during which the machine stops. */
export interface CrashRun {
  readonly kind: "fresh" | "update" | "resumed" | "removal";
  /** What the hub had before, if anything, and what it has. */
  readonly models: readonly [TinyModel, TinyModel];
  /** Whether a runtime could run them: `check` has something to say then. */
  readonly isLoadable: boolean;
  readonly layout: "hubapi" | "lmstudio";
  /** Where the process before was killed, when the run is a resumed download. */
  readonly killedAt: number;
  /** For what is drawn among the crashes. */
  readonly seed: number;
}

/**
 * Draws a run during which the machine stops.
 *
 * @param kinds what it may be
 */
export function anyCrashRun(kinds: readonly CrashRun["kind"][]): fc.Arbitrary<CrashRun> {
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
    layout: fc.constantFrom("hubapi" as const, "hubapi" as const, "lmstudio" as const),
    killedAt: fc.integer({ min: 5, max: 45 }),
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

/** Lets a run happen and records it; what came before it is done and durable. */
export async function recordCrashRun(world: World, run: CrashRun): Promise<CrashCase> {
  const { kind, models, isLoadable, layout, killedAt } = run;
  const [old, next] = models;
  const request: DownloadRequest = { repository: REPOSITORY, layout };
  const directory =
    layout === "hubapi"
      ? join(world.root, "models", ...REPOSITORY.split("/"))
      : join(world.root, ...REPOSITORY.split("/"));
  const what = { directory, request, isLoadable };
  if (kind === "update" || kind === "removal") {
    world.hub.publish(REPOSITORY, old.files, { tags: ["mlx"] });
    await world.start().download(request);
  }
  if (kind === "removal") {
    return recordRun(world, {
      ...what,
      versions: [old.files],
      before: 0,
      run: (process) => process.remove({ repository: REPOSITORY, layout }),
    });
  }
  world.hub.publish(REPOSITORY, next.files, { tags: ["mlx"] });
  if (kind === "resumed") {
    await killDownload(world, request, { at: { at: "operation", nth: killedAt, torn: true } });
  }
  const versions = kind === "update" ? [old.files, next.files] : [next.files];
  return recordRun(world, { ...what, versions, ...(kind === "update" ? { before: 0 } : {}) });
}
