import { isRecord, parseJson, whyNotJson } from "./parse_json.ts";

/** The index of a model with a million tensors. */
const INDEX_LIMITS = { valuesMax: 1_100_000 };

/**
 * Reads `model.safetensors.index.json`: the file of each tensor.
 *
 * @returns undefined when it is not an index
 */
export function readWeightMap(bytes: Uint8Array): Map<string, string> | undefined {
  let json: unknown;
  try {
    json = parseJson(bytes, INDEX_LIMITS);
  } catch (error) {
    // It throws what is not about the text.
    whyNotJson(error);
  }
  const weightMap = isRecord(json) ? json["weight_map"] : undefined;
  if (!isRecord(weightMap)) return undefined;
  const entries = Object.entries(weightMap);
  return new Map(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
