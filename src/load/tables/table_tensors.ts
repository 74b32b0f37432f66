import type { ModelConfig } from "../config/read_model_config.ts";
import { isRecord } from "../config/parse_json.ts";
import { EMBEDDING_TABLES } from "./embedding_tables.ts";
import { evaluateFormula, type FormulaScope, isTrue } from "./evaluate_formula.ts";
import type { DropRule, TableRow, TensorTable, TensorTables } from "./tensor_tables.ts";

/** A tensor as a module of mlx-lm makes it, before it is packed. */
export interface TableTensor {
  /** The shape; undefined for a dimension that is not known. */
  readonly shape: readonly (number | undefined)[];
  /** Whether its layer can be packed. */
  readonly packs: boolean;
  /** Whether a model without it is whole: its module then takes the embedding for the output. */
  readonly isOptional: boolean;
}

/** All tensors that a module of mlx-lm makes from one configuration. */
export interface TableModel {
  /** Such as `mlx-lm 0.32.2`. */
  readonly source: string;
  readonly tensors: ReadonlyMap<string, TableTensor>;
  /** Whether the table is right wherever it was tried. */
  readonly isExact: boolean;
  /** Whether mlx-lm drops a tensor of this name before it compares. */
  isDropped(name: string): boolean;
}

/**
 * Modules whose `sanitize` asks the weights, and not the configuration, whether embedding and output are one; their
 * classes have an output before that.
 */
const TIED_WITHOUT_OUTPUT: ReadonlySet<string> = new Set([
  "gemma3",
  "gemma3_text",
  "recurrent_gemma",
]);

/** What a module fills in before the class of its text part sees the configuration, whose own defaults are others. */
const FILLED_IN: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  gemma3: { "text_config.num_attention_heads": 8, "text_config.num_key_value_heads": 4 },
};

/** This one copies the embedding's weights to the output, which fails where they are packed. */
const COPIES_EMBEDDING = "minicpm";

/** Hostile sizes must not make a list that does not fit in memory. */
const TENSORS_MAX = 400_000;
/** Nor may loops whose conditions hold for few of their rounds: the largest known model takes some 100,000. */
const ROUNDS_MAX = 4_000_000;

/**
 * Lists the tensors that mlx-lm's own class makes from a configuration: `LOAD-TENSORS`, `LOAD-SHAPES`.
 *
 * @returns undefined when no table is for this type, or the configuration lacks what its formulas need
 */
export function tableModel(config: ModelConfig, tables: TensorTables): TableModel | undefined {
  const module = moduleFor(config, tables);
  const table = tableFor(config, tables);
  if (table === undefined) return undefined;
  const field = fieldsOf(config.json, { ...table.defaults, ...FILLED_IN[module] });
  if (table.required.some((path) => (field(path) ?? undefined) === undefined)) return undefined;
  const tensors = new Map<string, TableTensor>();
  const isCopied = module === COPIES_EMBEDDING && config.quantization === undefined;
  for (const row of table.rows) {
    const isOptional =
      (isCopied || TIED_WITHOUT_OUTPUT.has(module)) && row[0].endsWith("lm_head.weight");
    if (!addRow(tensors, row, { field, isOptional })) return undefined;
  }
  const isTied = isTrue(field("tie_word_embeddings") ?? field("text_config.tie_word_embeddings"));
  return {
    source: table.source ?? tables.source,
    tensors,
    isExact: table.exact,
    isDropped: (name) => table.drops.some((rule) => isDroppedBy(rule, name, isTied)),
  };
}

/** The table of the module that mlx-lm chooses for a configuration, or of what it lacks. */
export function tableFor(config: ModelConfig, tables: TensorTables): TensorTable | undefined {
  const module = moduleFor(config, tables);
  const known = Object.hasOwn(tables.tables, module) ? tables.tables : EMBEDDING_TABLES;
  return Object.hasOwn(known, module) ? known[module] : undefined;
}

function moduleFor({ modelType, json }: ModelConfig, tables: TensorTables): string {
  const given = json["architectures"];
  const architectures: readonly unknown[] = Array.isArray(given) ? given : [given];
  const byArchitecture = tables.architectures.find(
    ([type, architecture]) => type === modelType && architectures.includes(architecture),
  );
  if (byArchitecture !== undefined) return byArchitecture[2];
  return Object.hasOwn(tables.remap, modelType)
    ? (tables.remap[modelType] ?? modelType)
    : modelType;
}

function fieldsOf(
  json: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
) {
  return (path: string): unknown => {
    let value = lookUp(json, path);
    // Several modules take a configuration without a text part for the text part.
    if (value === undefined && path.startsWith("text_config.") && !isRecord(json["text_config"])) {
      value = lookUp(json, path.slice("text_config.".length));
    }
    return value === undefined ? defaults[path] : value;
  };
}

function lookUp(json: unknown, path: string): unknown {
  let value = json;
  for (const key of path.split(".")) {
    if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function addRow(
  tensors: Map<string, TableTensor>,
  row: TableRow,
  { field, isOptional }: { readonly field: FormulaScope["field"]; readonly isOptional: boolean },
): boolean {
  const [pattern, counts, condition, shape, packs] = row;
  let rounds = 0;
  const visit = (index: readonly number[]): boolean => {
    rounds += 1;
    if (rounds > ROUNDS_MAX) return false;
    const scope: FormulaScope = { field, index };
    const count = counts[index.length];
    if (count !== undefined) {
      const end = evaluateFormula(count, scope);
      if (typeof end !== "number" || end > TENSORS_MAX) return false;
      for (let at = 0; at < end; at += 1) if (!visit([...index, at])) return false;
      return true;
    }
    if (!isTrue(evaluateFormula(condition, scope))) return true;
    if (tensors.size >= TENSORS_MAX) return false;
    const sizes = shape.map((one) => {
      const size = evaluateFormula(one, scope);
      return typeof size === "number" && Number.isSafeInteger(size) ? size : undefined;
    });
    tensors.set(nameOf(pattern, index), { shape: sizes, packs: packs === 1, isOptional });
    return true;
  };
  return visit([]);
}

function nameOf(pattern: string, index: readonly number[]): string {
  return index.reduce((name, at) => name.replace(/\{[ijkl]\}/, String(at)), pattern);
}

function isDroppedBy([kind, text, whenTied]: DropRule, name: string, isTied: boolean): boolean {
  if (whenTied === 1 && !isTied) return false;
  if (kind === "is") return name === text;
  return kind === "in" ? name.includes(text) : name.startsWith(text);
}
