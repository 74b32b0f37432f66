import { isRecord } from "../config/parse_json.ts";
import type { Formula } from "./evaluate_formula.ts";

/** A pattern of names: `{i}` and `{j}` stand for numbers. */
export type TableRow = readonly [
  pattern: string,
  /** How many numbers stand at each place. */
  counts: readonly Formula[],
  /** Whether the tensor is there. */
  condition: Formula,
  /** The shape; null for a dimension whose formula is not known. */
  shape: readonly Formula[],
  /** 1 if its layer can be packed. */
  packs: 0 | 1,
];

/** What `sanitize` drops: names that are, hold or begin with a text; 1 if only where embeddings are tied. */
export type DropRule = readonly [kind: "is" | "in" | "start", text: string, whenTied: 0 | 1];

/** The tensors of one module. */
export interface TensorTable {
  /** The runtime that has the module. @default {the one that all the tables are of} */
  readonly source?: string;
  readonly rows: readonly TableRow[];
  /** Defaults of the fields that the formulas use. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Fields without a default. */
  readonly required: readonly string[];
  readonly drops: readonly DropRule[];
  /** Whether the table was right in every configuration that it was tried with. */
  readonly exact: boolean;
}

/** The tables of one version of mlx-lm. */
export interface TensorTables {
  /** Such as `mlx-lm 0.32.2`. */
  readonly source: string;
  /** Types of models that another module loads. */
  readonly remap: Readonly<Record<string, string>>;
  /** The same by type and architecture. */
  readonly architectures: readonly (readonly [
    type: string,
    architecture: string,
    module: string,
  ])[];
  readonly tables: Readonly<Record<string, TensorTable>>;
}

let loading: Promise<TensorTables> | undefined;

/** Unpacks the tables, once in a process. */
export function loadTensorTables(): Promise<TensorTables> {
  return (loading ??= unpack());
}

async function unpack(): Promise<TensorTables> {
  const { TENSOR_TABLES } = await import("./tensor_tables_data.ts");
  const bytes = Uint8Array.from(atob(TENSOR_TABLES), (letter) => letter.charCodeAt(0));
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const json: unknown = await new Response(text).json();
  if (!isTables(json)) throw new Error("The tensor tables of this package are damaged");
  return json;
}

function isTables(json: unknown): json is TensorTables {
  return isRecord(json) && typeof json["source"] === "string" && isRecord(json["tables"]);
}
