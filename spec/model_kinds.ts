/**
 * The kinds of models, how each is recognised, and the parts that each must have: `LAYOUT-LACKS`, `LAYOUT-KIND`.
 *
 * @module
 */

import { fnmatch } from "./fnmatch.ts";
import { REQUIRED_PARTS } from "./layouts.ts";

/** Every kind of model, with what its required parts are. */
export const MODEL_KINDS = {
  language: ["config", "weights", "tokenizer", "tokenizer config"],
  vision: ["config", "weights", "tokenizer", "tokenizer config"],
  embedding: ["config", "weights", "tokenizer", "tokenizer config"],
  reranker: ["config", "weights", "tokenizer", "tokenizer config"],
  audio: ["config", "audio weights"],
  draft: ["config", "weights"],
  adapter: ["adapter config", "adapter weights"],
  diffusion: ["model index", "weights of each part"],
} as const satisfies Record<string, readonly string[]>;

/** One of the kinds of models. */
export type ModelKind = keyof typeof MODEL_KINDS;

/** A part that some kind of model must have. */
export type KindPart = (typeof MODEL_KINDS)[ModelKind][number];

/** What else transformers opens a tokenizer from, where `REQUIRED_PARTS` has none (fnmatch). */
export const OTHER_TOKENIZERS: readonly string[] = [
  "vocab.json",
  "vocab.txt",
  "spiece.model",
  "sentencepiece.bpe.model",
  "tekken.json",
];

/** Names that supply each part (fnmatch); those of the weights of a part have the part's directory before them. */
export const KIND_PARTS: Readonly<Record<KindPart, readonly string[]>> = {
  ...REQUIRED_PARTS,
  tokenizer: [...REQUIRED_PARTS.tokenizer, ...OTHER_TOKENIZERS],
  "audio weights": ["*.safetensors", "weights.npz"],
  "adapter config": ["adapter_config.json"],
  "adapter weights": ["adapters.safetensors", "adapter_model.safetensors"],
  "model index": ["model_index.json"],
  "weights of each part": ["*.safetensors"],
};

/** Files that a kind wants besides the default patterns (fnmatch). */
export const KIND_PATTERNS: Readonly<Partial<Record<ModelKind, readonly string[]>>> = {
  audio: ["*.model", "*.npz", "vocab.txt"],
  diffusion: ["*/merges.txt", "*/spiece.model", "*/tokenizer.model", "*/vocab.txt"],
};

/** What a kind is known by. */
export interface KindSigns {
  /** Paths of the files, listed by the hub or on the disk. */
  readonly paths: readonly string[];
  /** `config.json`, parsed; undefined where it is absent or not an object. */
  readonly config: Readonly<Record<string, unknown>> | undefined;
}

/** A `model_type` with one of these words in it is of audio. */
const AUDIO_TYPE_REGEXP =
  /(?:^|[_-])(?:whisper|parakeet|canary|moonshine|kokoro|bark|dia|outetts|sesame|csm|wav2vec2?|sensevoice|voxcpm2?|voxtral|snac|encodec|mimi|moshi|vocos|dac|chatterbox|vibevoice|mms|asr|tts|audio|speech|vad|sortformer|phonon2?)(?=$|[_\-\d.])/i;
/** Names that are of audio as a whole, and part of the names of language models. */
const AUDIO_TYPES: ReadonlySet<string> = new Set(["spark"]);
const DRAFT_TYPE_REGEXP = /(?:^|[_-])(?:mtp|assistant|eagle3?|medusa|draft(?:er)?)(?:$|[_-])/i;
const EMBEDDING_TYPE_REGEXP =
  /bert(?:a)?$|(?:^|[_-])(?:embedding|colbert|nomic[_-]bert)(?:$|[_-])/i;
/** What sentence-transformers writes beside a model of embeddings. */
const EMBEDDING_FILES: ReadonlySet<string> = new Set([
  "1_Pooling/config.json",
  "config_sentence_transformers.json",
]);

/** Says of which kind a model is, by its configuration and the names of its files. */
export function modelKind({ paths, config }: KindSigns): ModelKind {
  const has = (path: string) => paths.includes(path);
  const top = paths.filter((path) => !path.includes("/"));
  const isOwnWeight = (path: string) => /^(?:model|weights).*\.(?:safetensors|npz)$/.test(path);
  if (has("adapter_config.json") && !top.some(isOwnWeight)) return "adapter";
  if (has("model_index.json") && !has("config.json")) return "diffusion";
  if (config === undefined) return "language";
  const type = textOf(config["model_type"]);
  const architectures = architecturesOf(config);
  if (isAudio(config, type)) return "audio";
  if (DRAFT_TYPE_REGEXP.test(type) || architectures.some((name) => /Eagle|MTP|Medusa/.test(name)))
    return "draft";
  if (architectures.some((name) => name.endsWith("ForSequenceClassification"))) return "reranker";
  if (EMBEDDING_TYPE_REGEXP.test(type) || paths.some((path) => EMBEDDING_FILES.has(path)))
    return "embedding";
  return isObject(config["vision_config"]) ? "vision" : "language";
}

/** The required parts of a kind that a set of paths does not have. */
export function lackingKindParts(kind: ModelKind, paths: readonly string[]): KindPart[] {
  return MODEL_KINDS[kind].filter((part) =>
    part === "weights of each part" ? lacksPartWeights(paths) : !supplies(paths, part),
  );
}

function supplies(paths: readonly string[], part: KindPart): boolean {
  // Runtimes look for the required files in the directory itself, not below it.
  return KIND_PARTS[part].some((pattern) =>
    paths.some((path) => !path.includes("/") && fnmatch(pattern, path)),
  );
}

/** Each directory with a configuration of its own is a part, and has weights. */
function lacksPartWeights(paths: readonly string[]): boolean {
  const parts = paths
    .filter((path) => /^[^/]+\/config\.json$/.test(path))
    .map((path) => path.slice(0, -"config.json".length));
  const hasWeights = (part: string) =>
    paths.some((path) => path.startsWith(part) && path.endsWith(".safetensors"));
  return parts.length === 0 || !parts.every(hasWeights);
}

/** What sort of audio a configuration without `model_type` is of; undefined when it is of none that is known. */
export function untypedAudio(config: Readonly<Record<string, unknown>>): string | undefined {
  if ("n_mels" in config && "n_audio_state" in config) return "whisper";
  if ("istftnet" in config || "plbert" in config) return "kokoro";
  return textOf(config["target"]).startsWith("nemo.collections.asr.") ? "parakeet" : undefined;
}

/** Configurations of whisper and of NeMo's models have no `model_type`. */
function isAudio(config: Readonly<Record<string, unknown>>, type: string): boolean {
  if (type === "") return untypedAudio(config) !== undefined;
  return AUDIO_TYPES.has(type) || AUDIO_TYPE_REGEXP.test(type);
}

function architecturesOf(config: Readonly<Record<string, unknown>>): string[] {
  const names = config["architectures"];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
