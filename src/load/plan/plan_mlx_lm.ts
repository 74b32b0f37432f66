import { fnmatch } from "../../../spec/mod.ts";
import { keysOf, type PlanContext } from "./plan_context.ts";

const WEIGHTS = "model*.safetensors";
const CONFIG = "config.json";
const TOKENIZER = "tokenizer.json";
const TOKENIZER_CONFIG = "tokenizer_config.json";

/** What transformers takes in place of an absent `tokenizer.json`. */
const OTHER_TOKENIZER_REGEXP = /^(?:tekken\.json|tokenizer\.model|tiktoken\.model)$/;

/**
 * The files that mlx-lm opens: `load_model`, then `load_tokenizer`.
 *
 * It takes every top-level `model*.safetensors` in the order in which the disk lists them, and no index.
 */
export async function planMlxLm(context: PlanContext): Promise<void> {
  await planModel(context);
  await planTokenizer(context);
}

async function planModel(context: PlanContext): Promise<void> {
  if (!context.open(CONFIG, "config")) {
    context.miss(CONFIG, "mlx-lm opens it first");
    context.stop(CONFIG, "There is no config.json");
  }
  const config = await context.json(CONFIG);
  if (config === undefined) context.stop(CONFIG, "It is not JSON in UTF-8");
  context.open("generation_config.json", "config");

  const weights = isFoundByGlob(context.directory)
    ? context.paths.filter((path) => !path.includes("/") && fnmatch(WEIGHTS, path))
    : [];
  for (const path of weights) context.open(path, "weights");
  if (weights.length === 0) {
    const detail = isFoundByGlob(context.directory)
      ? `No top-level file matches ${WEIGHTS}`
      : "The directory's own path holds brackets, which mlx-lm takes for a pattern, so it finds nothing there";
    context.miss(WEIGHTS, detail);
    context.stop(WEIGHTS, detail);
  }
  const keys = keysOf(config);
  const code = keys["model_file"] ?? undefined;
  if (code !== undefined && !context.trustsModelCode) {
    context.stop(CONFIG, "Its model_file asks for code of its own, which is not trusted");
  }
  if (typeof code === "string") context.open(code, "config");
  if (keys["model_type"] === undefined) context.stop(CONFIG, "It names no model_type");
  if (keys["quantization_config"] === undefined) context.open("hf_quant_config.json", "config");
}

/** The files of `load_tokenizer`, which is the tokenizer of transformers. */
export async function planTokenizer(context: PlanContext): Promise<void> {
  const hasTokenizer = context.open(TOKENIZER, "tokenizer");
  if (!hasTokenizer) context.miss(TOKENIZER, "mlx-lm reads text with it");
  else if ((await context.json(TOKENIZER)) === undefined) {
    context.stop(TOKENIZER, "It is not JSON in UTF-8");
  }
  const hasConfig = context.open(TOKENIZER_CONFIG, "tokenizer");
  const settings = hasConfig ? await context.json(TOKENIZER_CONFIG) : {};
  if (settings === undefined) context.stop(TOKENIZER_CONFIG, "It is not JSON in UTF-8");
  context.open("chat_template.jinja", "template");
  for (const path of context.paths) {
    if (/^additional_chat_templates\/[^/]*\.jinja$/.test(path)) context.open(path, "template");
  }
  if (keysOf(settings)["added_tokens_decoder"] === undefined) {
    context.open("special_tokens_map.json", "tokenizer");
    context.open("added_tokens.json", "tokenizer");
  }
  if (!hasTokenizer) {
    const other = context.paths.find((path) => OTHER_TOKENIZER_REGEXP.test(path));
    if (other !== undefined) context.open(other, "tokenizer");
  }
}

/** Python's `glob` reads brackets in the directory's own path as a set of characters. */
export function isFoundByGlob(directory: string): boolean {
  return directory.split("/").every((name) => !name.includes("[") || fnmatch(name, name));
}
