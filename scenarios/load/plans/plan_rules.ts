/**
 * What the runtimes' sources say about the files that they open.
 *
 * @module
 */

import { fnmatch, type LoadPlan, type PlanRuntime } from "../../../spec/mod.ts";
import type { ModelFile, Verdict } from "../../../harness/mod.ts";

/** What says in which file a tensor is. */
export const INDEX = "model.safetensors.index.json";

/** Small files that some runtimes open and others do not. */
export const SMALL = [
  "chat_template.json",
  "hf_quant_config.json",
  "preprocessor_config.json",
  "processor_config.json",
  "video_preprocessor_config.json",
  "additional_chat_templates/tools.jinja",
  "additional_chat_templates/more/tools.jinja",
  "added_tokens.json",
  "tokenizer.model",
  "tekken.json",
] as const;

/** Of which Swift's factories of models of images, which open them too, are not asked here. */
const OF_IMAGES: readonly string[] = SMALL.filter((path) => path.includes("processor"));

/** The weight files that a runtime opens. */
export function weightsOf(runtime: PlanRuntime, files: readonly ModelFile[]): string[] {
  const all = files.map(({ path }) => path).filter((path) => path.endsWith(".safetensors"));
  if (runtime === "mlx-swift-lm-3.31.4") return all;
  const top = all.filter((path) => !path.includes("/"));
  const models = top.filter((path) => fnmatch("model*.safetensors", path));
  if (runtime === "mlx-lm") return models;
  const index = files.find(({ path }) => path === INDEX);
  if (index !== undefined) {
    // Numbers name nothing.
    const { weight_map } = JSON.parse(new TextDecoder().decode(index.bytes)) as {
      weight_map: Record<string, string>;
    };
    const named = [...new Set(Object.values(weight_map))];
    const there = named.filter((path) => all.includes(path));
    if (there.length === named.length) return named;
    if (runtime === "mlx-vlm" && there.length > 0) return there;
  }
  if (runtime === "mlx-vlm")
    return top.filter((path) => !path.endsWith("consolidated.safetensors"));
  if (models.length > 0) return models;
  const weights = top.filter((path) => fnmatch("weight*.safetensors", path));
  return weights.length > 0 ? weights : top;
}

/** Judges a plan by the files that not all runtimes open. */
export function judgeSmall(
  { reads }: LoadPlan,
  { runtime, files }: { readonly runtime: PlanRuntime; readonly files: readonly ModelFile[] },
  verdict: Verdict,
): void {
  const isSwift = runtime.startsWith("mlx-swift");
  const has = (path: string) => files.some((file) => file.path === path);
  const text = files.find(({ path }) => path === "config.json")?.bytes;
  const config = JSON.parse(new TextDecoder().decode(text)) as Readonly<Record<string, unknown>>;
  const isOfOthers = config["quantization_config"] !== undefined;
  const isPacked = isOfOthers || (runtime === "mlx-vlm" && config["quantization"] !== undefined);
  const opened: Readonly<Record<(typeof SMALL)[number], boolean>> = {
    // swift-transformers asks for it where there is no other; mlx-vlm has it with the processor.
    "chat_template.json": isSwift ? !has("chat_template.jinja") : runtime === "mlx-vlm",
    "hf_quant_config.json": !isSwift && !isPacked,
    "preprocessor_config.json": runtime === "mlx-vlm",
    "processor_config.json": runtime === "mlx-vlm",
    "video_preprocessor_config.json": runtime === "mlx-vlm",
    "additional_chat_templates/tools.jinja": !isSwift,
    "additional_chat_templates/more/tools.jinja": false,
    // The configuration of the tokenizer has them.
    "added_tokens.json": false,
    // What transformers takes in place of a tokenizer that is not there.
    "tekken.json": !isSwift && !has("tokenizer.json"),
    "tokenizer.model": !isSwift && !has("tokenizer.json") && !has("tekken.json"),
  };
  for (const path of SMALL) {
    if (!has(path) || (isSwift && OF_IMAGES.includes(path))) continue;
    const isPlanned = reads.some((read) => read.path === path);
    verdict.holds(
      "LOAD-PLAN",
      isPlanned === opened[path],
      `${runtime} ${opened[path] ? "opens" : "does not open"} ${path}, and the plan says otherwise`,
    );
  }
}
