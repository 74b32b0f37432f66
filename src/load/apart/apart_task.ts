import type { CheckTemplateInput, TemplateFault } from "../check_template.ts";
import type { CheckTokenizerInput, TokenizerFault } from "../check_tokenizer.ts";
import type { ParsedHeader } from "../bytes/parse_safetensors_header.ts";
import type { ReadConfig } from "../config/read_model_config.ts";
import type { TextFiles } from "./text_codec.ts";

/** What is done in a thread of its own, by name: what it is given, and what it answers. */
export interface ApartTasks {
  tokenizer: { readonly input: CheckTokenizerInput; readonly output: readonly TokenizerFault[] };
  template: { readonly input: CheckTemplateInput; readonly output: TemplateFault | undefined };
  header: {
    readonly input: { readonly bytes: Uint8Array; readonly fileSizeBytes: number };
    readonly output: ParsedHeader;
  };
  config: { readonly input: Uint8Array; readonly output: ReadConfig };
  /** Undefined when it is not an index. */
  index: { readonly input: Uint8Array; readonly output: Map<string, string> | undefined };
  /** Opens the tokenizer that the next tasks are about; answers the ids that end a text. */
  open: { readonly input: TextFiles; readonly output: readonly number[] };
  encode: {
    readonly input: { readonly text: string; readonly chat: boolean };
    readonly output: readonly number[];
  };
  /** Decodes one more token; `isFirst` begins a new text. */
  decode: {
    readonly input: { readonly id: number; readonly isFirst: boolean };
    readonly output: string;
  };
  /** Lets go of the tokenizer that is open. */
  shut: { readonly input: undefined; readonly output: undefined };
}

/** One piece of work for the thread. */
export type ApartTask = {
  [Name in keyof ApartTasks]: { readonly name: Name; readonly input: ApartTasks[Name]["input"] };
}[keyof ApartTasks];
