import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import type { FileSystem } from "../../spec/mod.ts";
import { type CheckTemplateInput, renderChat } from "../load/check_template.ts";
import { isRecord, parseJson } from "../load/config/parse_json.ts";
import { readWhole, systemCode } from "../load/bytes/read_bytes.ts";

/** Turns text into a model's tokens and back. */
export interface TextCodec {
  /** Ids of tokens after which the model has nothing more to say. */
  readonly endIds: readonly number[];
  /** The ids of a text, put into the chat template if that is wanted and there is one. */
  encode(text: string, options: { readonly chat: boolean }): number[];
  /** Decodes tokens one by one: each call gives the text that has become whole. */
  decoder(): (id: number) => string;
}

/** A character that is not whole yet decodes to this. */
const REPLACEMENT = "\uFFFD";

/** Opens the tokenizer of a directory, with `@huggingface/tokenizers`, and its template, with `@huggingface/jinja`. */
export async function openTextCodec(files: FileSystem, directory: string): Promise<TextCodec> {
  const read = (name: string) => readIfThere(files, join(directory, name));
  const tokenizerBytes = await readWhole(files, join(directory, "tokenizer.json"));
  const config = await read("tokenizer_config.json");
  const templates: CheckTemplateInput = {
    jinja: await read("chat_template.jinja"),
    json: await read("chat_template.json"),
    config,
  };
  const tokenizer = new Tokenizer(
    jsonOf(tokenizerBytes),
    config === undefined ? {} : jsonOf(config),
  );
  const endIds =
    endIdsOf(await read("generation_config.json")) ?? endIdsOf(await read("config.json"));
  return {
    endIds: endIds ?? [],
    encode: (text, { chat }) => {
      const rendered = chat ? renderChat(templates, text) : undefined;
      // A template writes the special tokens itself.
      return tokenizer.encode(rendered ?? text, { add_special_tokens: rendered === undefined }).ids;
    },
    decoder: () => streamingDecoder(tokenizer),
  };
}

/** Decodes a growing list: a window from the last whole text on, as a token's text depends on its neighbours. */
function streamingDecoder(tokenizer: Tokenizer): (id: number) => string {
  const ids: number[] = [];
  let start = 0;
  let shown = 0;
  const decode = (part: readonly number[]) =>
    part.length === 0 ? "" : tokenizer.decode([...part], { skip_special_tokens: true });
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

function endIdsOf(bytes: Uint8Array | undefined): readonly number[] | undefined {
  const ids = bytes === undefined ? undefined : jsonOf(bytes)["eos_token_id"];
  if (typeof ids === "number") return [ids];
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "number") : undefined;
}

function jsonOf(bytes: Uint8Array): Record<string, unknown> {
  const json = parseJson(bytes);
  return isRecord(json) ? json : {};
}

async function readIfThere(files: FileSystem, path: string): Promise<Uint8Array | undefined> {
  try {
    return await readWhole(files, path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
