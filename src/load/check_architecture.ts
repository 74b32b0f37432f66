import type { CheckContext } from "./check_context.ts";
import type { ModelConfig } from "./config/read_model_config.ts";
import type { ParsedHeader } from "./bytes/parse_safetensors_header.ts";
import { type TableModel, tableModel } from "./tables/table_tensors.ts";
import { loadTensorTables } from "./tables/tensor_tables.ts";
import { judgeByTable } from "./tensors/judge_by_table.ts";
import { judgeUnknownLayers } from "./tensors/judge_packed.ts";
import { judgeWithoutTable } from "./tensors/judge_without_table.ts";
import type { PlacedTensors, TensorFault } from "./tensors/placed_tensor.ts";

/** What {@linkcode checkArchitecture} goes by. */
export interface CheckArchitectureInput {
  readonly context: CheckContext;
  readonly config: ModelConfig;
  readonly tensors: PlacedTensors;
  /** Headers of the files that belong to the model. */
  readonly headers: ReadonlyMap<string, ParsedHeader | undefined>;
  readonly weightMap: ReadonlyMap<string, string> | undefined;
  /** Whether files are absent or unread, so that absent tensors are not reported again. */
  readonly isIncomplete: boolean;
}

/** Names that only checkpoints of other tools have, and that `sanitize` turns into mlx-lm's own. */
const SOURCE_FORM_REGEXP =
  /\.experts\.\d+\.|\.(?:qweight|qzeros|g_idx|weight_packed|weight_scale|weight_scale_2|weight_scale_inv|input_scale)$|_(?:blocks|scales|scale_inv)$|\.(?:experts|moe)\.\w*gate_up_proj/;

/**
 * Judges the tensors of an architecture whose list is not written here by hand: `LOAD-TENSORS`, `LOAD-SHAPES`.
 *
 * Weights that MLX saved are compared strictly with the table of mlx-lm's own class. Those of another tool have
 * names that mlx-lm changes when it loads them, so that a difference is only a warning.
 *
 * @returns errors; warnings are added to the context
 */
export async function checkArchitecture(input: CheckArchitectureInput): Promise<TensorFault[]> {
  const { context, config, tensors, headers, isIncomplete } = input;
  // What another tool packed has other tensors, which mlx-lm transforms when it loads them.
  const packing = config.foreign === undefined ? judgeUnknownLayers(tensors, config) : [];
  const isOwnForm = isSavedByMlx(headers) && config.foreign === undefined;
  if (config.kind === "audio" || config.kind === "draft") {
    warnUnchecked(context, config, `it is a model of the kind ${config.kind}`);
    return packing;
  }
  const general = judgeWithoutTable({ ...input, files: new Set(headers.keys()) }).filter(
    ({ cause }) => !(isIncomplete && cause === "missing-tensor"),
  );
  const table =
    config.foreign === undefined ? tableModel(config, await loadTensorTables()) : undefined;
  if (table === undefined) {
    const why = config.foreign ?? "the tensors of this architecture are not known here";
    warnUnchecked(context, config, why);
    return isOwnForm ? unique([...packing, ...general]) : warned(context, packing, general);
  }
  const { quantization } = config;
  const faults = judgeByTable(tensors, table, { quantization, isIncomplete });
  if (isOwnForm && table.isExact && isTableForm(tensors, table, faults)) return faults;
  const [first] = faults;
  if (first !== undefined) {
    const form = isOwnForm ? "their names are of another form" : "another tool saved them";
    const why = `${form}. Compared with the tensors of ${table.source} there are ${faults.length} differences, the first: ${first.detail}`;
    warnUnchecked(context, config, why);
  }
  // A table that is wrong somewhere leaves the rules that need none.
  return isOwnForm && !table.isExact ? unique([...packing, ...general]) : packing;
}

/** MLX writes `"format": "mlx"` into each header. */
function isSavedByMlx(headers: ReadonlyMap<string, ParsedHeader | undefined>): boolean {
  const parsed = [...headers.values()];
  return parsed.length > 0 && parsed.every((one) => one?.header?.metadata.get("format") === "mlx");
}

/** Whether the names are those of mlx-lm's class, so that one that differs is a fault. */
function isTableForm(
  tensors: PlacedTensors,
  table: TableModel,
  faults: readonly TensorFault[],
): boolean {
  const surplus = faults.filter(({ cause }) => cause === "extra-tensor");
  if (surplus.some(({ tensor }) => SOURCE_FORM_REGEXP.test(tensor))) return false;
  const found = [...table.tensors.keys()].filter((name) => tensors.has(name)).length;
  return found * 2 >= table.tensors.size;
}

function warnUnchecked(context: CheckContext, config: ModelConfig, why: string): void {
  const detail = `Whether all tensors of a model of type "${config.modelType}" are there, and their shapes, was not checked: ${why}`;
  context.warn("unsupported-architecture", "config.json", detail);
}

function warned(
  context: CheckContext,
  errors: readonly TensorFault[],
  warnings: readonly TensorFault[],
): TensorFault[] {
  for (const { cause, detail } of warnings) context.warn(cause, "config.json", detail);
  return [...errors];
}

/** One tensor is reported once, however many rules find it. */
function unique(faults: readonly TensorFault[]): TensorFault[] {
  const byTensor = new Map(faults.toReversed().map((fault) => [fault.tensor, fault] as const));
  return [...byTensor.values()].toReversed();
}
