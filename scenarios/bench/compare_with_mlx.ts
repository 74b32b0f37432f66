/**
 * Greedy tokens and logits of the reference runner and of MLX, step by step, over many generated models.
 *
 * @module
 */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FamilyCase } from "../../harness/internal.ts";
import type { TinyModel } from "../../harness/mod.ts";
import type { MlxStep, RealMlx } from "../../harness/models/real_mlx_logits.ts";
import { nodeHost } from "../../src/mod.ts";
import { openReferenceModel } from "../../src/run/reference/open_reference_model.ts";

/** How one model went. */
export interface Comparison {
  readonly label: string;
  /** What MLX computed on, in its words. */
  readonly device: string;
  /** Steps at which both had the same text before them. */
  readonly steps: number;
  /** Steps at which MLX's two highest logits lie within the tolerance, so that either token is right. */
  readonly undecided: number;
  /** The largest difference of two logits of the same token at the same step. */
  readonly difference: number;
  /** The largest logit by its size, to which the difference compares. */
  readonly logitSize: number;
  /** What is wrong; undefined when nothing is. */
  readonly fault: string | undefined;
}

/** What counts as equal. */
export interface CompareOptions {
  readonly tokens: number;
  /** The largest difference of logits that is allowed, and the margin that a greedy token must have to be judged. */
  readonly tolerance: number;
  /** The same as a part of MLX's largest logit; the larger of the two counts. @default {0} */
  readonly relativeTolerance?: number;
  /** Whether MLX computes in float32 although the weights are narrower. */
  readonly float32: boolean;
}

/** Generates with the reference and with real MLX from one directory, and compares tokens and all logits. */
export async function compareWithMlx(
  mlx: Pick<RealMlx, "generate">,
  { model, traits, promptIds }: FamilyCase,
  options: CompareOptions,
): Promise<Comparison> {
  const { tokens, float32, relativeTolerance = 0 } = options;
  const directory = await mkdtemp(join(tmpdir(), "mlx-layout-inference-"));
  try {
    await writeModel(directory, model);
    const request = { directory, ids: promptIds, count: tokens, float32, logits: true };
    const { device, steps: theirs } = await mlx.generate(request);
    const logitSize = sizeOf(theirs);
    const tolerance = Math.max(options.tolerance, relativeTolerance * logitSize);
    const reference = await openReferenceModel(nodeHost().files, directory);
    const label = `${model.label}, ${traits}`;
    const seen = { steps: 0, undecided: 0, difference: 0 };
    let fault: string | undefined;
    const ours = reference.generate(promptIds, {
      maxTokens: tokens,
      topLogits: reference.vocabularySize,
    });
    for await (const { id, topLogits = [] } of ours) {
      const step = theirs[seen.steps];
      if (step === undefined) break;
      seen.steps += 1;
      for (const { id: token, logit } of topLogits) {
        const difference = Math.abs(logit - (step.logits?.[token] ?? Number.NaN));
        // NaN exceeds every tolerance.
        seen.difference = Number.isNaN(difference)
          ? Infinity
          : Math.max(seen.difference, difference);
      }
      const isUndecided = marginOf(step) <= tolerance;
      if (isUndecided) seen.undecided += 1;
      if (id === step.id) continue;
      // From here on the texts differ.
      if (!isUndecided) fault = `token ${id} instead of ${step.id} at step ${seen.steps}`;
      break;
    }
    await reference.close();
    if (seen.steps === 0) fault = "no step was compared";
    if (seen.difference > tolerance) fault ??= `logits differ by ${seen.difference}`;
    return { label, device, ...seen, logitSize, fault };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function sizeOf(steps: readonly MlxStep[]): number {
  return steps
    .flatMap(({ logits = [] }) => logits)
    .reduce((largest, logit) => Math.max(largest, Math.abs(logit)), 0);
}

function marginOf({ logits = [] }: MlxStep): number {
  const [first = 0, second = 0] = logits.toSorted((a, b) => b - a);
  return first - second;
}

async function writeModel(directory: string, model: TinyModel): Promise<void> {
  for (const { path, bytes } of model.files) {
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
}
