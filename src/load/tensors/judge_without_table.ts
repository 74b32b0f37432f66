import type { ModelConfig } from "../config/read_model_config.ts";
import { isRecord } from "../config/parse_json.ts";
import type { PlacedTensors, TensorFault } from "./placed_tensor.ts";

/** What the rules that need no list of tensors go by. */
export interface WithoutTableInput {
  readonly tensors: PlacedTensors;
  readonly config: ModelConfig;
  /** Tensor name to file, from the index. */
  readonly weightMap: ReadonlyMap<string, string> | undefined;
  /** The files whose headers were read. */
  readonly files: ReadonlySet<string>;
}

const LAYER_REGEXP = /^(.*?(?:^|\.)(?:layers|blocks|h))\.(\d+)\./;

/** The stacks of a language model, of which `num_hidden_layers` speaks. */
const MAIN_STACK_REGEXP = /^(?:(?:language_model|model)\.)*layers$/;

const EMBEDDING_REGEXP = /^(?:(?:language_model|model)\.)*embed_tokens\.weight$/;

/**
 * Judges the tensors of a model whose list is not known: `LOAD-TENSORS`, `LOAD-SHAPES`.
 *
 * The index names a tensor that no file has; a layer's number is left out; there are fewer layers than the
 * configuration says; the embedding has other rows than the vocabulary.
 */
export function judgeWithoutTable(input: WithoutTableInput): TensorFault[] {
  return [...unfoundTensors(input), ...layerFaults(input), ...embeddingFaults(input)];
}

/** An index of which most is wrong describes another model and says nothing of this one. */
function unfoundTensors({ tensors, weightMap, files }: WithoutTableInput): TensorFault[] {
  const named = [...(weightMap ?? [])].filter(([, file]) => files.has(file));
  const absent = named.filter(([name]) => !tensors.has(name));
  if (absent.length * 2 > named.length) return [];
  return absent.map(([tensor, file]) => {
    const detail = `Tensor "${tensor}" is in no file, although the index places it in "${file}"`;
    return { cause: "missing-tensor", tensor, detail };
  });
}

function layerFaults({ tensors, config }: WithoutTableInput): TensorFault[] {
  const stacks = new Map<string, Set<number>>();
  for (const name of tensors.keys()) {
    const [, stack, number] = LAYER_REGEXP.exec(name) ?? [];
    if (stack === undefined) continue;
    const numbers = stacks.get(stack) ?? new Set<number>();
    stacks.set(stack, numbers.add(Number(number)));
  }
  const count = sizeIn(config, "num_hidden_layers");
  return [...stacks].flatMap(([stack, numbers]) => {
    const top = [...numbers].reduce((highest, number) => Math.max(highest, number), 0);
    const isMain = MAIN_STACK_REGEXP.test(stack);
    const wanted = Math.max(top + 1, isMain ? Math.min(count ?? 0, 10_000) : 0);
    if (wanted > 10_000 || numbers.size === wanted) return [];
    const missing = Array.from({ length: wanted }, (_, number) => number).find(
      (number) => !numbers.has(number),
    );
    const tensor = `${stack}.${missing}`;
    const detail = `Layer "${tensor}" has no tensor, although there are ${wanted} layers`;
    return [{ cause: "missing-tensor", tensor, detail }];
  });
}

function embeddingFaults({ tensors, config }: WithoutTableInput): TensorFault[] {
  const rows = sizeIn(config, "vocab_size");
  if (rows === undefined) return [];
  return [...tensors]
    .filter(([name, { shape }]) => EMBEDDING_REGEXP.test(name) && shape[0] !== rows)
    .map(([tensor, { shape }]) => {
      const detail = `Tensor "${tensor}" has ${shape[0]} rows, but the configuration's vocab_size is ${rows}`;
      return { cause: "shape", tensor, detail };
    });
}

/** A size of the text part, which may be one level down. */
function sizeIn({ json }: ModelConfig, name: string): number | undefined {
  const text = json["text_config"];
  const own = isRecord(text) ? text[name] : undefined;
  const value = own ?? json[name];
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
