/**
 * The work of `mlx-conform bench compare`: compares the reference's inference with real MLX on generated models.
 *
 * @module
 */

import { EXIT_CODES, type FamilyCase, familyCases } from "../../harness/internal.ts";
import { RealMlx } from "../../harness/models/real_mlx_logits.ts";
import { findPython } from "../../harness/subjects/find_python.ts";
import type { ConformContext } from "../commands/conform_context.ts";
import { compareWithMlx, type Comparison } from "./compare_with_mlx.ts";
import { relativeTolerance } from "./inference_tolerance.ts";

const COLUMNS = ["models", "steps", "undecided", "wrong", "largest difference"] as const;
/** How MLX calls the first graphics card. */
const METAL = "Device(gpu, 0)";
const NO_PYTHON = "No Python with mlx-lm: run mlx-conform subjects mlx, or set MLX_LAYOUT_PYTHON";

/** How many models are compared, and how long their texts are. */
export interface CompareInferenceOptions {
  readonly models: number;
  readonly seed: number;
  /** Tokens to generate. */
  readonly tokens: number;
  /** Whether all weights are in float32, for a device without bfloat16 of its own. */
  readonly float32: boolean;
  /** Whether MLX must compute on Metal. */
  readonly metal: boolean;
  /** How far two logits in float32 may lie apart, and the margin of a token that is judged. */
  readonly margin: number;
}

/**
 * Compares tokens and logits of the reference runner with those of MLX, and prints a table.
 *
 * @returns the exit code
 */
export async function compareInference(
  options: CompareInferenceOptions,
  { writeOut, writeErr }: ConformContext,
): Promise<number> {
  const { models, seed, float32, margin } = options;
  const python = findPython();
  if (python === undefined) {
    writeErr(`mlx-conform: ${NO_PYTHON}\n`);
    return EXIT_CODES.incomplete;
  }
  const cases = familyCases(models, seed, float32 ? { dtype: "F32" } : {});
  const groups = new Map<string, Comparison[]>();
  await using mlx = new RealMlx(python);
  for (const [index, one] of cases.entries()) {
    for (const { group, comparison } of await compareCase(mlx, one, options))
      groups.set(group, [...(groups.get(group) ?? []), comparison]);
    if (process.stderr.isTTY) writeErr(`${index + 1} of ${cases.length} models\n`);
  }
  const rows = [...groups].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const all = rows.flatMap(([, comparisons]) => comparisons);
  const faults = all.flatMap(({ label, fault }) =>
    fault === undefined ? [] : [`${label}: ${fault}`],
  );
  const devices = [...new Set(all.map(({ device }) => device))].join(", ");
  if (options.metal && devices !== METAL)
    faults.push(`MLX computed on ${devices}, and --metal asks for ${METAL}`);
  const lines = [
    ["".padEnd(26), ...COLUMNS.map((name) => name.padStart(10))].join("  "),
    ...rows.map(([name, comparisons]) => rowOf(name, comparisons)),
    ...faults,
    `MLX computed on ${devices}.`,
    `A token is judged where MLX's two highest logits differ by more than ${margin}, and logits may differ as much; where MLX rounds to 16 bits, by a part of the largest logit: ${relativeTolerance("F16")} in float16, ${relativeTolerance("BF16")} in bfloat16.`,
  ];
  writeOut(`${lines.join("\n")}\n`);
  return faults.length === 0 ? EXIT_CODES.conformant : EXIT_CODES["not conformant"];
}

/** Compares one model, with MLX in float32 and, where the weights are narrower, in their own format. */
async function compareCase(
  mlx: RealMlx,
  one: FamilyCase,
  { tokens, margin }: CompareInferenceOptions,
) {
  const family = String(one.model.config["model_type"]);
  const options = { tokens, tolerance: margin, float32: true };
  const exact = await compareWithMlx(mlx, one, options);
  const compared = [{ group: `${family}, MLX in float32`, comparison: exact }];
  if (one.dtype === "F32") return compared;
  const narrow = await compareWithMlx(mlx, one, {
    ...options,
    float32: false,
    relativeTolerance: relativeTolerance(one.dtype),
  });
  const format = one.dtype === "F16" ? "float16" : "bfloat16";
  return [...compared, { group: `all, MLX in ${format}`, comparison: narrow }];
}

function rowOf(name: string, list: readonly Comparison[]): string {
  const sum = (field: "steps" | "undecided") => list.reduce((total, one) => total + one[field], 0);
  const wrong = list.filter(({ fault }) => fault !== undefined).length;
  const difference = Math.max(...list.map((one) => one.difference));
  const size = Math.max(...list.map(({ logitSize }) => logitSize));
  const cells = [list.length, sum("steps"), sum("undecided"), wrong];
  const last = `${difference.toExponential(1)} of ${size.toFixed(1)}`;
  return [
    name.padEnd(26),
    ...cells.map((cell) => String(cell).padStart(10)),
    last.padStart(18),
  ].join("  ");
}
