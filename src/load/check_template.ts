import { Template } from "@huggingface/jinja";
import { ModelError } from "../errors.ts";
import { isRecord, parseJson } from "./config/parse_json.ts";
import { printAsPython } from "./python_output.ts";
import { findTemplateFault } from "./template_syntax.ts";

/** Bytes of the files in which a chat template can be; absent ones are undefined. */
export interface CheckTemplateInput {
  /** `chat_template.jinja`, which wins. */
  readonly jinja: Uint8Array | undefined;
  /** `chat_template.json`, which comes next. */
  readonly json: Uint8Array | undefined;
  /** `tokenizer_config.json`. */
  readonly config: Uint8Array | undefined;
}

/** What is wrong with a chat template, or was not seen to be right. */
export interface TemplateFault {
  /** An error is wrong for every engine; a warning is what the library here could not do. */
  readonly level: "error" | "warning";
  readonly file: "chat_template.jinja" | "chat_template.json" | "tokenizer_config.json";
  readonly detail: string;
}

const MESSAGE = "Which colour has the sky?";

/** What the library does otherwise than jinja2, without an error. */
const RENDERED_OTHERWISE = [
  { regExp: /\{%[-+]?\s*(?:break|continue)\b/, what: "break or continue" },
  { regExp: /\.[lr]?strip\(\s*[^)\s]/, what: "strip with an argument" },
  { regExp: /\d\.0+\s*\|\s*tojson/, what: "tojson of a float without a fraction" },
];

/**
 * Renders the chat template that a runtime would use with one message: `LOAD-TEMPLATE`.
 *
 * What no engine of Jinja takes is an error. What `@huggingface/jinja` cannot render is a warning: Python renders with
 * jinja2, Swift with swift-jinja.
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
 * @throws ModelError with the code `unsupported` when the library here cannot render it as jinja2 does
 */
export function renderChat(input: CheckTemplateInput, message: string): string | undefined {
  const config = input.config === undefined ? undefined : parseOrUndefined(input.config);
  const found = findTemplate(input, config);
  const text = found && "template" in found ? chooseTemplate(found.template) : undefined;
  if (text === undefined) return undefined;
  const otherwise = RENDERED_OTHERWISE.find(({ regExp }) => regExp.test(text));
  const rendered =
    otherwise === undefined
      ? renderMessage(text, message, specialTokens(config))
      : { why: `it uses ${otherwise.what}, which is rendered otherwise here` };
  if (typeof rendered === "string") return rendered;
  throw new ModelError(
    "unsupported",
    `Cannot render the chat template as jinja2 does: ${rendered.why}; give a prompt without chat, or use another runner`,
  );
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
    if (json === undefined) return { file, detail: "It is not a JSON object", level: "error" };
    // Without a template in it the file says nothing.
    if ((json["chat_template"] ?? null) !== null) return { file, template: json["chat_template"] };
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
    const detail = "Its chat_template is neither a text nor a list of named texts";
    return { file, detail, level: "error" };
  }
  const fault = findTemplateFault(text);
  if (fault !== undefined) {
    const detail = `The chat template cannot be rendered with one message: ${fault}`;
    return { file, detail, level: "error" };
  }
  const rendered = renderMessage(text, MESSAGE, tokens);
  if (typeof rendered === "string") return undefined;
  const detail = `The chat template was not rendered with one message here, which jinja2 or swift-jinja may do: ${rendered.why}`;
  return { file, detail, level: "warning" };
}

/** Renders one message, as a text or in parts, whichever the template takes. */
function renderMessage(
  template: string,
  message: string,
  tokens: Readonly<Record<string, string>>,
): string | { readonly why: string } {
  printAsPython();
  let why = "";
  for (const content of [message, [{ type: "text", text: message }]]) {
    try {
      // jinja2 reads every kind of line end as one.
      const rendered = new Template(template.replace(/\r\n?/g, "\n")).render({
        ...tokens,
        messages: [{ role: "user", content }],
        add_generation_prompt: true,
      });
      if (rendered.includes(message.trim())) return rendered;
      why ||= "the result does not have the message's text";
    } catch (error) {
      // The interpreter throws plain errors for everything that it cannot do.
      if (!(error instanceof Error)) throw error;
      why ||= error.message;
    }
  }
  return { why };
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
