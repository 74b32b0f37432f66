import { keysOf, type PlanContext } from "./plan_context.ts";
import { isFoundByGlob, planTokenizer } from "./plan_mlx_lm.ts";

const CONFIG = "config.json";
const INDEX = "model.safetensors.index.json";
const PROCESSOR_FILES = [
  "processor_config.json",
  "preprocessor_config.json",
  "video_preprocessor_config.json",
];

/**
 * The files that mlx-vlm opens: `load_model` of 0.7.10, then the processor of transformers, which has the tokenizer.
 *
 * It takes those files that the index names and that exist; where that is none, every top-level `*.safetensors` but
 * consolidated ones.
 */
export async function planMlxVlm(context: PlanContext): Promise<void> {
  if (!context.open(CONFIG, "config")) {
    context.miss(CONFIG, "mlx-vlm opens it first");
    context.stop(CONFIG, "There is no config.json");
  }
  const config = await context.json(CONFIG);
  if (config === undefined) context.stop(CONFIG, "It is not JSON in UTF-8");
  context.open("generation_config.json", "config");

  const weights = await weightsOf(context);
  for (const path of weights) context.open(path, "weights");
  if (weights.length === 0) {
    const detail = "No top-level file is a *.safetensors that is not consolidated";
    context.miss("*.safetensors", detail);
    context.stop("*.safetensors", detail);
  }
  const keys = keysOf(config);
  const code = keys["model_file"];
  if (typeof code === "string") {
    if (!context.trustsModelCode)
      context.stop(CONFIG, "Its model_file asks for code of its own, which is not trusted");
    context.open(code, "config");
  } else if (keys["model_type"] === undefined && keys["speculators_model_type"] === undefined) {
    context.stop(CONFIG, "It names no model_type");
  }
  const isPacked = [keys["quantization"], keys["quantization_config"]].some(
    (block) => block !== undefined,
  );
  if (!isPacked) context.open("hf_quant_config.json", "config");
  for (const path of PROCESSOR_FILES) context.open(path, "config");
  await planTokenizer(context);
  context.open("chat_template.json", "template");
}

async function weightsOf(context: PlanContext): Promise<readonly string[]> {
  if (context.open(INDEX, "index")) {
    const map = keysOf(keysOf(await context.json(INDEX))["weight_map"]);
    const named = Object.values(map).filter((name) => typeof name === "string");
    if (named.length < Object.keys(map).length)
      context.stop(INDEX, "It is not an index: its weight_map does not map names to files");
    const files = [...new Set(named)].filter((file) => context.has(file)).sort();
    if (files.length > 0) return files;
  }
  if (!isFoundByGlob(context.directory)) return [];
  return context.paths.filter(
    (path) =>
      !path.includes("/") &&
      !path.startsWith(".") &&
      path.endsWith(".safetensors") &&
      !path.endsWith("consolidated.safetensors"),
  );
}
