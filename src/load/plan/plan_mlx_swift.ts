import { isRecord } from "../config/parse_json.ts";
import { keysOf, type PlanContext } from "./plan_context.ts";

const INDEX = "model.safetensors.index.json";
const CONFIG = "config.json";

/**
 * The files that mlx-swift-lm opens: configuration, then weights, and the tokenizer at the same time.
 *
 * Up to 3.31.4 it takes every `*.safetensors` at any depth, hidden ones included, and reads no index. Since then it
 * takes what the index names if all of it exists, else top-level `model*`, else `weight*`, else all, sorted by name.
 */
export async function planMlxSwift(context: PlanContext): Promise<void> {
  if (!context.open(CONFIG, "config")) {
    context.miss(CONFIG, "mlx-swift-lm opens it first");
    context.stop(CONFIG, "There is no config.json");
  }
  const config = await context.json(CONFIG);
  if (config === undefined) context.stop(CONFIG, "It is not JSON in UTF-8");
  if (keysOf(config)["model_type"] === undefined) {
    context.stop(CONFIG, "It names no model_type");
  }
  context.open("generation_config.json", "config");
  const weights =
    context.runtime === "mlx-swift-lm-3.31.4" ? everyWeightFile(context) : await chosen(context);
  for (const path of weights) context.open(path, "weights");
  if (weights.length === 0) context.miss("*.safetensors", "There is no weight file");
  planTokenizer(context);
}

function everyWeightFile({ paths }: PlanContext): readonly string[] {
  return paths.filter((path) => path.endsWith(".safetensors"));
}

async function chosen(context: PlanContext): Promise<readonly string[]> {
  if (context.open(INDEX, "index")) {
    const map = keysOf(await context.json(INDEX))["weight_map"];
    const named = Object.values(keysOf(map));
    if (!isRecord(map) || !named.every((name) => typeof name === "string"))
      context.stop(INDEX, "It is not an index: its weight_map does not map names to files");
    const files = [...new Set(named.filter((name) => typeof name === "string"))].sort();
    if (files.length > 0 && files.every((file) => context.has(file))) return files;
  }
  const top = context.paths.filter((path) => !path.includes("/") && path.endsWith(".safetensors"));
  for (const prefix of ["model", "weight"]) {
    const matching = top.filter((path) => path.startsWith(prefix));
    if (matching.length > 0) return matching;
  }
  return top;
}

/** As `AutoTokenizer.from(modelFolder:)` of swift-transformers reads a directory. */
function planTokenizer(context: PlanContext): void {
  context.open("tokenizer_config.json", "tokenizer");
  if (!context.open("chat_template.jinja", "template")) {
    context.open("chat_template.json", "template");
  }
  if (!context.open("tokenizer.json", "tokenizer")) {
    context.miss("tokenizer.json", "swift-transformers reads text with it");
  }
}
