import { Tokenizer } from "@huggingface/tokenizers";
import { type CheckTemplateInput, renderChat } from "../check_template.ts";
import { isRecord, parseJson } from "../config/parse_json.ts";

/** Bytes of the files that turn text into tokens; absent ones are undefined. */
export interface TextFiles extends CheckTemplateInput {
  /** `tokenizer.json`. */
  readonly tokenizer: Uint8Array;
  /** `generation_config.json`. */
  readonly generation: Uint8Array | undefined;
  /** `config.json`. */
  readonly model: Uint8Array | undefined;
}

/** A character that is not whole yet decodes to this. */
const REPLACEMENT = "\uFFFD";

/** Turns text into a model's tokens and back, with `@huggingface/tokenizers` and `@huggingface/jinja`. */
export class TextCodec {
  /** Ids of tokens after which the model has nothing more to say. */
  readonly endIds: readonly number[];
  readonly #files: TextFiles;
  readonly #tokenizer: Tokenizer;

  constructor(files: TextFiles) {
    this.#files = files;
    const config = files.config === undefined ? {} : jsonOf(files.config);
    this.#tokenizer = new Tokenizer(jsonOf(files.tokenizer), config);
    this.endIds = endIdsOf(files.generation) ?? endIdsOf(files.model) ?? [];
  }

  /** The ids of a text, put into the chat template if that is wanted and there is one. */
  encode(text: string, options: { readonly chat: boolean }): number[] {
    const rendered = options.chat ? renderChat(this.#files, text) : undefined;
    // A template writes the special tokens itself.
    const special = { add_special_tokens: rendered === undefined };
    return this.#tokenizer.encode(rendered ?? text, special).ids;
  }

  /** Decodes a growing list: a window from the last whole text on, as a token's text depends on its neighbours. */
  decoder(): (id: number) => string {
    const ids: number[] = [];
    let start = 0;
    let shown = 0;
    const decode = (part: readonly number[]) =>
      part.length === 0 ? "" : this.#tokenizer.decode([...part], { skip_special_tokens: true });
    return (id) => {
      ids.push(id);
      const before = decode(ids.slice(start, shown));
      const now = decode(ids.slice(start));
      if (now.length <= before.length || now.endsWith(REPLACEMENT)) return "";
      start = shown;
      shown = ids.length;
      return now.slice(before.length);
    };
  }
}

function endIdsOf(bytes: Uint8Array | undefined): readonly number[] | undefined {
  const ids = bytes === undefined ? undefined : jsonOf(bytes)["eos_token_id"];
  if (typeof ids === "number") return [ids];
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "number") : undefined;
}

function jsonOf(bytes: Uint8Array): Record<string, unknown> {
  const json = parseJson(bytes);
  return isRecord(json) ? json : {};
}
