/**
 * Compares the reference's inference with real MLX on generated models and prints a table:
 * `npm run inference -- --models 200`.
 *
 * Needs a Python with `mlx` and `mlx-lm`, whose path is in MLX_LAYOUT_PYTHON. Exit code 1 when a model differs.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { familyCases } from "../../harness/internal.ts";
import { RealMlx } from "../../harness/models/real_mlx_logits.ts";
import { compareWithMlx, type Comparison } from "./compare_with_mlx.ts";
import { relativeTolerance, TOLERANCE } from "./inference_tolerance.ts";
import { findPython } from "../../harness/subjects/find_python.ts";

const { values } = parseArgs({
  options: {
    models: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    tokens: { type: "string", default: "12" },
  },
});
const python = findPython();
if (python === undefined) {
  console.error("MLX_LAYOUT_PYTHON must name a Python that has mlx and mlx-lm");
  process.exit(5);
}

const tokens = Number(values.tokens);
const cases = familyCases(Number(values.models), Number(values.seed));
const groups = new Map<string, Comparison[]>();
const add = (name: string, comparison: Comparison) =>
  groups.set(name, [...(groups.get(name) ?? []), comparison]);
await using mlx = new RealMlx(python);
for (const [index, one] of cases.entries()) {
  const family = String(one.model.config["model_type"]);
  const options = { tokens, tolerance: TOLERANCE, float32: true };
  const exact = await compareWithMlx(mlx, one, options);
  add(`${family}, MLX in float32`, exact);
  if (one.dtype !== "F32") {
    const narrow = await compareWithMlx(mlx, one, {
      ...options,
      float32: false,
      relativeTolerance: relativeTolerance(one.dtype),
    });
    add(`all, MLX in ${one.dtype === "F16" ? "float16" : "bfloat16"}`, narrow);
  }
  if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${cases.length} models`);
}

const columns = ["models", "steps", "undecided", "wrong", "largest difference"];
console.log(["".padEnd(26), ...columns.map((name) => name.padStart(10))].join("  "));
for (const [name, list] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) print(name, list);
const all = [...groups.values()].flat();
for (const { label, fault } of all) if (fault !== undefined) console.log(`${label}: ${fault}`);
console.log(
  `A token is judged where MLX's two highest logits differ by more than ${TOLERANCE}, and logits may differ as much; where MLX rounds to 16 bits, by a part of the largest logit: ${relativeTolerance("F16")} in float16, ${relativeTolerance("BF16")} in bfloat16.`,
);
process.exitCode = all.some(({ fault }) => fault !== undefined) ? 1 : 0;

function print(name: string, list: readonly Comparison[]): void {
  const sum = (field: "steps" | "undecided") => list.reduce((total, one) => total + one[field], 0);
  const wrong = list.filter(({ fault }) => fault !== undefined).length;
  const difference = Math.max(...list.map((one) => one.difference));
  const size = Math.max(...list.map(({ logitSize }) => logitSize));
  const cells = [list.length, sum("steps"), sum("undecided"), wrong];
  const last = `${difference.toExponential(1)} of ${size.toFixed(1)}`;
  console.log(
    [name.padEnd(26), ...cells.map((cell) => String(cell).padStart(10)), last.padStart(18)].join(
      "  ",
    ),
  );
}
