import type { CheckCause, RequirementId } from "../../spec/mod.ts";
import type { TinyModel } from "../models/mod.ts";
import type { Verdict } from "../scenario/verdict.ts";
import type { World } from "../worlds/world.ts";
import { missingFinding } from "./refusals.ts";
import { changeFiles, placeModel } from "./planted_models.ts";

/** A model of which one file has other bytes, and what a check must say of it. */
export interface ReplacedFile {
  readonly model: TinyModel;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly isDownloaded: boolean;
  readonly cause: CheckCause;
}

/** Puts other bytes in place of a model's file, lets the subject check it, and judges the refusal. */
export async function judgeReplacedFile(
  world: World,
  verdict: Verdict,
  options: { readonly id: RequirementId; readonly replaced: ReplacedFile },
): Promise<void> {
  const { id } = options;
  const { model, path, bytes, isDownloaded, cause } = options.replaced;
  const repository = `mlx-community/${id}`;
  const directory = await placeModel(world, model.files, { repository, isDownloaded });
  const after = model.files.map((file) => (file.path === path ? { ...file, bytes } : file));
  await changeFiles(world, directory, { before: model.files, after });
  const report = await verdict.attempt(id, () => world.start().check({ repository }));
  const lack = missingFinding(report, { causes: [cause], paths: [path] });
  verdict.holds(id, lack === undefined, () => `${path}: ${lack}`);
}
