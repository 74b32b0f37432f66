import type { ModelFile } from "./model_file.ts";

/** Ids of the tokens that a model's configuration names. */
export const SPECIAL_TOKEN_IDS = { endOfText: 0, turnStart: 1, turnEnd: 2 } as const;

/** Fewest entries that a model's vocabulary needs: every byte and the special tokens. */
export const VOCABULARY_SIZE_MIN = 259;

/** A chat template in the manner of ChatML. */
export const CHAT_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** Where the chat template is. */
export type ChatTemplatePlace = "jinja-file" | "in-config" | "none";

/** What varies between tokenizers. */
export interface TinyTokenizerOptions {
  /** The model's vocabulary: the tokenizer has at most as many tokens. @default {288} */
  readonly vocabSize?: number;
  /** @default {"jinja-file"} */
  readonly chatTemplate?: ChatTemplatePlace;
  /** Whether the repository keeps `tokenizer.json` with git-lfs, as most do. @default {true} */
  readonly lfs?: boolean;
}

const SPECIAL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] as const;

/** Pairs that become one token, the most useful first; each needs one more entry in the vocabulary. */
const MERGES: readonly (readonly [string, string])[] = [
  ["Ġ", "t"],
  ["h", "e"],
  ["i", "n"],
  ["Ġ", "a"],
  ["r", "e"],
  ["o", "n"],
  ["Ġt", "he"],
  ["e", "r"],
  ["Ġ", "s"],
  ["a", "t"],
  ["l", "l"],
  ["he", "ll"],
  ["hell", "o"],
  ["o", "r"],
];

/**
 * Makes a byte-level BPE tokenizer, which encodes and decodes every text, with its configuration
 * and chat template.
 *
 * @throws {RangeError} when the vocabulary is too small for all bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tinyTokenizer } from "mlx-conform/internal";
 *
 * const paths = tinyTokenizer({ chatTemplate: "none" }).map((file) => file.path);
 * assert.deepEqual(paths, ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]);
 * ```
 */
export function tinyTokenizer(options: TinyTokenizerOptions = {}): ModelFile[] {
  const { vocabSize = 288, chatTemplate = "jinja-file", lfs = true } = options;
  if (vocabSize < VOCABULARY_SIZE_MIN) {
    throw new RangeError(
      `Cannot make a tokenizer of ${vocabSize} tokens: all bytes and special tokens need ${VOCABULARY_SIZE_MIN}`,
    );
  }
  const named = {
    bos_token: SPECIAL_TOKENS[1],
    eos_token: SPECIAL_TOKENS[2],
    pad_token: SPECIAL_TOKENS[2],
    unk_token: SPECIAL_TOKENS[0],
  };
  const config = {
    add_prefix_space: false,
    added_tokens_decoder: Object.fromEntries(addedTokens().map(({ id, ...rest }) => [id, rest])),
    ...named,
    ...(chatTemplate === "in-config" ? { chat_template: CHAT_TEMPLATE } : {}),
    clean_up_tokenization_spaces: false,
    model_max_length: 256,
    tokenizer_class: "PreTrainedTokenizerFast",
  };
  const encoder = new TextEncoder();
  const files: ModelFile[] = [
    { path: "tokenizer.json", bytes: tokenizerBytes(vocabSize), lfs },
    { path: "tokenizer_config.json", bytes: jsonBytes(config), lfs: false },
    { path: "special_tokens_map.json", bytes: jsonBytes(named), lfs: false },
  ];
  if (chatTemplate === "jinja-file") {
    files.push({ path: "chat_template.jinja", bytes: encoder.encode(CHAT_TEMPLATE), lfs: false });
  }
  return files;
}

/** Writes a JSON file as the usual tools do: indented, with a newline at the end. */
export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** Contents of `tokenizer.json` by how many merges they have. */
const cachedTokenizers = new Map<number, Uint8Array>();

function tokenizerBytes(vocabSize: number): Uint8Array {
  const merges = MERGES.slice(0, vocabSize - VOCABULARY_SIZE_MIN);
  const cached = cachedTokenizers.get(merges.length);
  if (cached !== undefined) return cached;
  const bytes = new TextEncoder().encode(tokenizerJson(merges));
  cachedTokenizers.set(merges.length, bytes);
  return bytes;
}

function tokenizerJson(merges: typeof MERGES): string {
  const tokens = [...SPECIAL_TOKENS, ...byteCharacters(), ...merges.map(([a, b]) => a + b)];
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(),
    normalizer: null,
    pre_tokenizer: {
      type: "ByteLevel",
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map(([a, b]) => `${a} ${b}`),
    },
  });
}

function addedTokens() {
  return SPECIAL_TOKENS.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
}

/** The printable stand-in that byte-level BPE has for each byte, in the customary order. */
function byteCharacters(): string[] {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const printable = bytes.filter(isPrintable);
  const others = bytes.filter((byte) => !isPrintable(byte));
  return [
    ...printable.map((byte) => String.fromCodePoint(byte)),
    ...others.map((_, index) => String.fromCodePoint(256 + index)),
  ];
}
