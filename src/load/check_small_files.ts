import { DEFAULT_PATTERNS, fnmatch, KIND_PARTS, MODEL_KINDS, modelKind } from "../../spec/mod.ts";
import { isRecord, parseJson, whyNotJson } from "./config/parse_json.ts";
import type { CheckContext } from "./check_context.ts";
import { IDENTIFY_SIZE_BYTES, identifyBytes } from "./bytes/identify_bytes.ts";
import { readAt } from "./bytes/read_bytes.ts";
import { type ModelConfig, type ReadConfig, readModelConfig } from "./config/read_model_config.ts";
import { causeOf, describeIdentity } from "./bytes/read_safetensors_header.ts";

const CONFIG = "config.json";
/** The largest configurations have some 300 KiB, the largest tokenizers 35 MiB. */
const CONFIG_BYTES_MAX = 16 * 1024 * 1024;
const TOKENIZER_BYTES_MAX = 128 * 1024 * 1024;
const TEXT_BYTES_MAX = 32 * 1024 * 1024;
/** What is no longer is parsed within milliseconds, where a thread takes some tens. */
const INLINE_BYTES_MAX = 1024 * 1024;

/** Files that a model loads without, also when they are there and empty. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set([
  "generation_config.json",
  "tokenizer.model",
  "chat_template.jinja",
]);

/**
 * Finds files that are not what their names say, and data that is not on the disk: `LOAD-HTML`, `LOAD-POINTER`,
 * `LOAD-EMPTY`, `LOAD-EVICTED`. Weight files are left to {@linkcode checkWeights}.
 *
 * @returns paths of files whose content is something else, so that it makes no sense to parse it
 */
export async function identifyFiles(context: CheckContext): Promise<ReadonlySet<string>> {
  const foreign = new Set<string>();
  for (const entry of context.entries.values()) {
    const { path } = entry;
    if (!isRuntimeFile(path)) continue;
    const level = path.includes("/") ? "warning" : "error";
    if (entry.sizeBytes === 0 && MAY_BE_EMPTY.has(path)) {
      context.warn("empty", path, describeIdentity("empty"));
      continue;
    }
    if (entry.isEvicted) {
      foreign.add(path);
      const detail = `None of its ${entry.sizeBytes} bytes is on the disk: they were moved to the cloud`;
      context.add({ cause: "evicted", path, detail, level });
      continue;
    }
    if (path.endsWith(".safetensors")) continue;
    const head = new Uint8Array(Math.min(IDENTIFY_SIZE_BYTES, entry.sizeBytes));
    const count = await context.use(path, (file) => readAt(file, head, 0));
    if (count === undefined) foreign.add(path);
    const identity = count === undefined ? undefined : identifyBytes(head, entry.sizeBytes);
    if (identity === undefined) continue;
    // An empty file is also a bad one of its kind, which is said where it is parsed.
    if (identity !== "empty") foreign.add(path);
    const cause = identity === "gzip" ? "unreadable" : causeOf(identity);
    context.add({ cause, path, detail: describeIdentity(identity), level });
  }
  return foreign;
}

/** Reports files of no bytes, of which the name and the size are known: `LOAD-EMPTY`. Weight files are left out. */
export function reportEmptyFiles(context: CheckContext): void {
  for (const { path, sizeBytes } of context.entries.values()) {
    if (sizeBytes > 0 || path.endsWith(".safetensors") || !isRuntimeFile(path)) continue;
    const isHarmless = path.includes("/") || MAY_BE_EMPTY.has(path);
    const level = isHarmless ? "warning" : "error";
    context.add({ cause: "empty", path, detail: describeIdentity("empty"), level });
  }
}

/** Whether a runtime reads files of such a name; hidden ones never. */
export function isRuntimeFile(path: string): boolean {
  const isHidden = path.split("/").some((name) => name.startsWith("."));
  return !isHidden && DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path));
}

/** Reads `config.json`: `LOAD-CONFIG`, `LOAD-CODE`. */
export async function checkConfig(
  context: CheckContext,
  foreign: ReadonlySet<string>,
): Promise<ModelConfig | undefined> {
  const path = CONFIG;
  if (foreign.has(path)) return undefined;
  const bytes = await context.read(path, CONFIG_BYTES_MAX);
  if (bytes === undefined) {
    if (context.entries.has(path)) return undefined;
    const isAdapter = context.kind === "adapter";
    const adapter = isAdapter
      ? await context.read("adapter_config.json", INLINE_BYTES_MAX)
      : undefined;
    reportWithoutConfig(context, adapter);
    return undefined;
  }
  const read =
    bytes.length <= INLINE_BYTES_MAX
      ? readModelConfig(bytes)
      : (await context.apart("config", path, bytes))?.output;
  if (read === undefined) return undefined;
  addConfigFaults(context, read);
  const paths = [...context.entries.keys()];
  context.kind = modelKind({ paths, config: read.config?.json });
  return read.config && packedElsewhere(context, read.config);
}

/** Reports what is wrong with a configuration: `LOAD-CONFIG`, `LOAD-CODE`. */
export function addConfigFaults(context: CheckContext, { faults }: ReadConfig): void {
  for (const { cause, detail } of faults) {
    const isTrusted = cause === "model-code" && context.trustsModelCode;
    context.add({ cause, path: CONFIG, detail, level: isTrusted ? "warning" : "error" });
  }
}

/** ModelOpt writes how the weights are packed beside the configuration, where mlx-lm since 0.32.0 reads it. */
export function packedElsewhere(context: CheckContext, config: ModelConfig): ModelConfig {
  const isDeclared = config.quantization !== undefined || config.foreign !== undefined;
  if (isDeclared || !context.entries.has("hf_quant_config.json")) return config;
  return { ...config, foreign: "its weights are packed as hf_quant_config.json says" };
}

/**
 * Reports that there is no `config.json`; an adapter and a pipeline of diffusion have one of another name: `LAYOUT-KIND`.
 *
 * @param adapter the bytes of `adapter_config.json`, if there is one
 */
export function reportWithoutConfig(context: CheckContext, adapter: Uint8Array | undefined): void {
  const path = CONFIG;
  if (context.kind === "diffusion") {
    const detail =
      "It is a pipeline of diffusion: the headers of its parts were read, and no more was checked";
    context.warn("unsupported-architecture", "model_index.json", detail);
  } else if (context.kind === "adapter") {
    context.base = adapter && baseIn(context, adapter);
    const base = context.base === undefined ? "a model that it does not name" : `"${context.base}"`;
    const detail = `It is an adapter (LoRA) for ${base} and not a whole model: download that model, and let the runtime load it with this adapter`;
    context.refuse("missing-config", path, detail);
  } else {
    context.refuse("missing-config", path, "It has no config.json");
  }
}

/** mlx-lm writes the base as `model`, PEFT as `base_model_name_or_path`. */
function baseIn(context: CheckContext, bytes: Uint8Array): string | undefined {
  try {
    const json = parseJson(bytes);
    const base = isRecord(json) ? (json["base_model_name_or_path"] ?? json["model"]) : undefined;
    return typeof base === "string" && base !== "" ? base : undefined;
  } catch (error) {
    context.refuse("bad-config", "adapter_config.json", whyNotJson(error));
    return undefined;
  }
}

/** Opens and uses the tokenizer and the chat template: `LOAD-TOKENIZER`, `LOAD-TEMPLATE`. */
export async function checkText(
  context: CheckContext,
  foreign: ReadonlySet<string>,
  vocabularySize: number | undefined,
): Promise<void> {
  const read = async (path: string, sizeBytesMax = TEXT_BYTES_MAX) =>
    foreign.has(path) ? undefined : await context.read(path, sizeBytesMax);
  reportTextFiles(context);
  if (context.depth === "headers") return;
  const tokenizer = await read("tokenizer.json", TOKENIZER_BYTES_MAX);
  const config = await read("tokenizer_config.json");
  if (tokenizer !== undefined) {
    const input = { tokenizer, config, vocabularySize };
    const answer = await context.apart("tokenizer", "tokenizer.json", input);
    for (const fault of answer?.output ?? []) {
      context.add({
        cause: "bad-tokenizer",
        path: fault.file,
        detail: fault.detail,
        level: fault.level,
      });
    }
  }
  // A template file that is something else has been reported; the next place would not be asked either.
  if (foreign.has("chat_template.jinja")) return;
  const jinja = await read("chat_template.jinja");
  const json = await read("chat_template.json");
  const places = { "chat_template.jinja": jinja, "chat_template.json": json };
  const [place] = Object.entries(places).find(([, bytes]) => bytes !== undefined) ?? [];
  const input = { jinja, json, config };
  const answer = await context.apart("template", place ?? "tokenizer_config.json", input);
  const fault = answer?.output;
  if (fault !== undefined) {
    const { file, detail, level } = fault;
    context.add({ cause: "bad-template", path: file, detail, level });
  }
}

/** Names the files of a tokenizer that are absent, where the kind of the model needs one: `LOAD-TOKENIZER`. */
export function reportTextFiles(context: CheckContext): void {
  if (!MODEL_KINDS[context.kind].some((part) => part === "tokenizer")) return;
  if (!context.entries.has("tokenizer_config.json")) {
    const detail = "It has no tokenizer_config.json: mlx-swift-lm refuses it, mlx-lm does without";
    context.warn("missing-tokenizer-config", "tokenizer_config.json", detail);
  }
  if (!context.entries.has("tokenizer.json")) reportNoTokenizer(context);
}

function reportNoTokenizer(context: CheckContext): void {
  const paths = [...context.entries.keys()].filter((path) => !path.includes("/"));
  const other = paths.find((path) =>
    KIND_PARTS.tokenizer.some((pattern) => fnmatch(pattern, path)),
  );
  if (other === undefined) {
    const detail = `It has no tokenizer: none of ${KIND_PARTS.tokenizer.join(", ")}`;
    context.refuse("missing-tokenizer", "tokenizer.json", detail);
  } else {
    const detail = `Only "${other}" is there, which was not opened and which mlx-swift-lm does not read`;
    context.warn("missing-tokenizer", "tokenizer.json", detail);
  }
}
