import { join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { ApartCodec } from "../load/apart/apart.ts";
import { readWhole, systemCode } from "../load/bytes/read_bytes.ts";

/** Turns text into a model's tokens and back, in a thread of its own and within limits of time and memory. */
export interface TextCodec extends AsyncDisposable {
  /** Ids of tokens after which the model has nothing more to say. */
  readonly endIds: readonly number[];
  /** The ids of a text, put into the chat template if that is wanted and there is one. */
  encode(
    text: string,
    options: { readonly chat: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<readonly number[]>;
  /** Decodes tokens one by one: each call gives the text that has become whole. One text at a time. */
  decoder(signal?: AbortSignal): (id: number) => Promise<string>;
}

/**
 * Opens the tokenizer and the chat template of a directory.
 *
 * @throws {ModelError} `corrupt-model` when one of them does not end within its time, here and in each call
 */
export async function openTextCodec(
  files: FileSystem,
  directory: string,
  signal?: AbortSignal,
): Promise<TextCodec> {
  const read = (name: string) => readIfThere(files, join(directory, name));
  const input = {
    tokenizer: await readWhole(files, join(directory, "tokenizer.json")),
    config: await read("tokenizer_config.json"),
    jinja: await read("chat_template.jinja"),
    json: await read("chat_template.json"),
    generation: await read("generation_config.json"),
    model: await read("config.json"),
  };
  const codec = new ApartCodec(directory);
  try {
    const endIds = await codec.ask("open", input, signal);
    return {
      endIds,
      encode: (text, { chat, signal: cancel }) => codec.ask("encode", { text, chat }, cancel),
      decoder: (cancel) => {
        let isFirst = true;
        return async (id) => {
          const text = await codec.ask("decode", { id, isFirst }, cancel);
          isFirst = false;
          return text;
        };
      },
      [Symbol.asyncDispose]: () => codec[Symbol.asyncDispose](),
    };
  } catch (error) {
    await codec[Symbol.asyncDispose]();
    throw error;
  }
}

async function readIfThere(files: FileSystem, path: string): Promise<Uint8Array | undefined> {
  try {
    return await readWhole(files, path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
