import { Template } from "@huggingface/jinja";
import { isRecord, parseJson } from "./config/parse_json.ts";

/** Bytes of the files in which a chat template can be; absent ones are undefined. */
export interface CheckTemplateInput {
  /** `chat_template.jinja`, which wins. */
  readonly jinja: Uint8Array | undefined;
  /** `chat_template.json`, which comes next. */
  readonly json: Uint8Array | undefined;
  /** `tokenizer_config.json`. */
  readonly config: Uint8Array | undefined;
}

/** Why a chat template is of no use. */
export interface TemplateFault {
  readonly file: "chat_template.jinja" | "chat_template.json" | "tokenizer_config.json";
  readonly detail: string;
}

const MESSAGE = "Which colour has the sky?";

/** What a template may be rendered with, as one string or as the parts that models of images have. */
const CONTENTS = [MESSAGE, [{ type: "text", text: MESSAGE }]];

/**
 * Renders the chat template that a runtime would use with one message: `LOAD-TEMPLATE`.
 *
 * @returns undefined when it renders, and also when there is none: runtimes then join the messages as they are
 */
export function checkTemplate(input: CheckTemplateInput): TemplateFault | undefined {
  const config = input.config === undefined ? undefined : parseOrUndefined(input.config);
  const tokens = specialTokens(config);
  const found = findTemplate(input, config);
  if (found === undefined || "detail" in found) return found;
  return judge(found.file, found.template, tokens);
}

/**
 * Renders a message into the chat template, for a model whose template was checked.
 *
 * @returns undefined when the model has no template
 */
export function renderChat(input: CheckTemplateInput, message: string): string | undefined {
  const config = input.config === undefined ? undefined : parseOrUndefined(input.config);
  const found = findTemplate(input, config);
  const text = found && "template" in found ? chooseTemplate(found.template) : undefined;
  if (text === undefined) return undefined;
  return new Template(text).render({
    ...specialTokens(config),
    messages: [{ role: "user", content: message }],
    add_generation_prompt: true,
  });
}

/** The template that a runtime would use, whatever it is. */
function findTemplate(
  input: CheckTemplateInput,
  config: Readonly<Record<string, unknown>> | undefined,
):
  | { readonly file: TemplateFault["file"]; readonly template: unknown }
  | TemplateFault
  | undefined {
  if (input.jinja !== undefined) {
    return { file: "chat_template.jinja", template: new TextDecoder().decode(input.jinja) };
  }
  if (input.json !== undefined) {
    const json = parseOrUndefined(input.json);
    const file = "chat_template.json";
    if (json === undefined) return { file, detail: "It is not a JSON object" };
    return { file, template: json["chat_template"] };
  }
  const template = config?.["chat_template"];
  return template === undefined || template === null
    ? undefined
    : { file: "tokenizer_config.json", template };
}

function judge(
  file: TemplateFault["file"],
  template: unknown,
  tokens: Readonly<Record<string, string>>,
): TemplateFault | undefined {
  const text = chooseTemplate(template);
  if (text === undefined) {
    return { file, detail: "Its chat_template is neither a text nor a list of named texts" };
  }
  let why = "";
  for (const content of CONTENTS) {
    try {
      const rendered = new Template(text).render({
        ...tokens,
        messages: [{ role: "user", content }],
        add_generation_prompt: true,
      });
      if (rendered.includes(MESSAGE)) return undefined;
      why ||= "the result does not have the message's text";
    } catch (error) {
      // The interpreter throws plain errors for everything that a template does wrong.
      if (!(error instanceof Error)) throw error;
      why ||= error.message;
    }
  }
  return { file, detail: `The chat template cannot be rendered with one message: ${why}` };
}

/** Of a list of named templates runtimes use the one called "default". */
function chooseTemplate(template: unknown): string | undefined {
  if (typeof template === "string") return template;
  if (!Array.isArray(template)) return undefined;
  const named = template.filter(isRecord);
  const chosen = named.find(({ name }) => name === "default") ?? named[0];
  const text = chosen?.["template"];
  return typeof text === "string" ? text : undefined;
}

function specialTokens(config: Readonly<Record<string, unknown>> | undefined) {
  const tokens: Record<string, string> = {};
  for (const [key, value] of Object.entries(config ?? {})) {
    if (!key.endsWith("_token")) continue;
    const text = isRecord(value) ? value["content"] : value;
    if (typeof text === "string") tokens[key] = text;
  }
  return { bos_token: "", eos_token: "", ...tokens };
}

/** A configuration that is no JSON is reported with the tokenizer. */
function parseOrUndefined(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const json = parseJson(bytes);
    return isRecord(json) ? json : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return undefined;
  }
}
