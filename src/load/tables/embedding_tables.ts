import type { TableRow, TensorTable } from "./tensor_tables.ts";
import type { Formula } from "./evaluate_formula.ts";

const LAYERS: readonly Formula[] = ["num_hidden_layers"];

/** A matrix and its bias. */
function dense(name: string, rows: string, columns: string, loops: readonly Formula[]): TableRow[] {
  return [
    [`${name}.weight`, loops, true, [rows, columns], 1],
    [`${name}.bias`, loops, true, [rows], 0],
  ];
}

function norm(name: string, loops: readonly Formula[]): TableRow[] {
  return ["weight", "bias"].map((part): TableRow => [
    `${name}.${part}`,
    loops,
    true,
    ["hidden_size"],
    0,
  ]);
}

/** Rows of one layer. */
function layer(): TableRow[] {
  const at = "encoder.layer.{i}";
  return [
    ...["query", "key", "value"].flatMap((part) =>
      dense(`${at}.attention.self.${part}`, "hidden_size", "hidden_size", LAYERS),
    ),
    ...dense(`${at}.attention.output.dense`, "hidden_size", "hidden_size", LAYERS),
    ...norm(`${at}.attention.output.LayerNorm`, LAYERS),
    ...dense(`${at}.intermediate.dense`, "intermediate_size", "hidden_size", LAYERS),
    ...dense(`${at}.output.dense`, "hidden_size", "intermediate_size", LAYERS),
    ...norm(`${at}.output.LayerNorm`, LAYERS),
  ];
}

function embedding(name: string, rows: string): TableRow {
  return [`embeddings.${name}_embeddings.weight`, [], true, [rows, "hidden_size"], 1];
}

/**
 * Tensors of models of embeddings as transformers saves them, which mlx-embeddings 0.1.0 renames when it loads them
 * (`mlx_embeddings/models/bert.py` sanitize). Written by hand: mlx-lm has no such class.
 */
export const EMBEDDING_TABLES: Readonly<Record<string, TensorTable>> = {
  bert: {
    source: "mlx-embeddings 0.1.0",
    rows: [
      embedding("word", "vocab_size"),
      embedding("position", "max_position_embeddings"),
      embedding("token_type", "type_vocab_size"),
      ...norm("embeddings.LayerNorm", []),
      ...layer(),
      ...dense("pooler.dense", "hidden_size", "hidden_size", []),
    ],
    defaults: { type_vocab_size: 2, max_position_embeddings: 512, vocab_size: 30_522 },
    required: ["hidden_size", "intermediate_size", "num_hidden_layers"],
    drops: [["in", "position_ids", 0]],
    // The pooler may be absent, and what mlx-embeddings saves itself has its own names.
    exact: false,
  },
};
