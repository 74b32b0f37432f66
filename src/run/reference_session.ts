import type { ComputeLimits, FileSystem, GeneratedToken, LoadedModel } from "../../spec/mod.ts";
import {
  RUNNER_PROTOCOL,
  type RunnerHello,
  type RunnerPrompt,
} from "../../spec/runner_messages.ts";
import { ModelError } from "../errors.ts";
import { cancelledError } from "../cancellation.ts";
import { openReferenceModel, type ReferenceModel } from "./reference/mod.ts";
import {
  REFERENCE_OPERATIONS,
  type RunnerCallOptions,
  type RunnerGeneration,
  type RunnerSession,
} from "./runner_session.ts";
import { openTextCodec, type TextCodec } from "./open_text_codec.ts";

/** How the reference runner introduces itself. */
export const REFERENCE_HELLO: RunnerHello = {
  event: "hello",
  protocol: RUNNER_PROTOCOL,
  name: "reference",
  version: "1",
  runtimes: {},
  device: "cpu",
  operations: REFERENCE_OPERATIONS,
};

/** The reference runner: its engine, and the text around it. */
export class ReferenceSession implements RunnerSession {
  readonly hello = REFERENCE_HELLO;
  readonly #files: FileSystem;
  readonly #compute: ComputeLimits;
  #directory = "";
  #model: ReferenceModel | undefined;
  #codec: TextCodec | undefined;

  constructor(files: FileSystem, compute: ComputeLimits = {}) {
    this.#files = files;
    this.#compute = compute;
  }

  async load(directory: string, options: RunnerCallOptions = {}): Promise<LoadedModel> {
    await this.unload();
    const { signal } = options;
    const { threads, segmentBytesMax } = this.#compute;
    const model = await openReferenceModel(this.#files, directory, {
      ...(signal && { signal }),
      ...(threads !== undefined && { threads }),
      ...(segmentBytesMax !== undefined && { segmentBytesMax }),
    });
    this.#model = model;
    this.#directory = directory;
    const { architecture, parameterCount, tensorCount, quantization, vocabularySize } = model;
    return { architecture, parameterCount, tensorCount, quantization, vocabularySize };
  }

  async generate(
    prompt: RunnerPrompt,
    options: RunnerCallOptions & {
      readonly onToken?: ((token: GeneratedToken) => void) | undefined;
    } = {},
  ): Promise<RunnerGeneration> {
    const model = this.#model;
    if (model === undefined) {
      throw new ModelError("invalid-argument", "Cannot generate: no model is loaded; load one");
    }
    const { signal } = options;
    const { maxTokens, topLogits = 0, stopAtEnd = false, chat = false } = prompt;
    const tokens: GeneratedToken[] = [];
    let promptIds = prompt.promptIds;
    let isStopped = false;
    try {
      this.#codec ??= await openTextCodec(this.#files, this.#directory, signal);
      const codec = this.#codec;
      promptIds ??= await codec.encode(prompt.prompt ?? "", { chat, signal });
      const stopIds = stopAtEnd ? codec.endIds : [];
      const decode = codec.decoder(signal);
      const stream = model.generate(promptIds, {
        maxTokens,
        topLogits,
        stopIds,
        ...(signal && { signal }),
      });
      for await (const { id, topLogits: highest } of stream) {
        isStopped = stopIds.includes(id);
        const made = {
          id,
          text: isStopped ? "" : await decode(id),
          ...(highest && { topLogits: highest }),
        };
        tokens.push(made);
        options.onToken?.(made);
      }
    } catch (error) {
      // A thread that was ended in the middle of its work takes the tokenizer with it.
      await this.#closeCodec();
      if (signal?.aborted === true) throw cancelledError(signal);
      throw error;
    }
    const text = tokens.map((token) => token.text).join("");
    return { promptIds, tokens, text, finish: isStopped ? "stop" : "limit" };
  }

  async unload(): Promise<void> {
    const model = this.#model;
    this.#model = undefined;
    await this.#closeCodec();
    await model?.close();
  }

  async #closeCodec(): Promise<void> {
    const codec = this.#codec;
    this.#codec = undefined;
    await codec?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unload();
  }
}
