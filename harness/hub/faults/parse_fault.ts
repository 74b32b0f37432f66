import type { FaultAction, FaultRule } from "./fault_rule.ts";
import { FAULT_WORDS, type FaultValue, type FaultWord, MATCH_WORDS } from "./fault_words.ts";

/**
 * Reads a fault from the words of the fault script: its type, its fields, and which requests it is for. A rule as a replay file
 * has it, in JSON, is read too.
 *
 * @throws {RangeError} when a word is unknown, missing or has the wrong value
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseFault } from "mlx-conform/internal";
 *
 * assert.deepEqual(parseFault("status status=503 path=*.json nth=all"), {
 *   match: { path: "*.json", nth: "all" },
 *   do: { type: "status", status: 503 },
 * });
 * ```
 */
export function parseFault(text: string): FaultRule {
  if (text.trimStart().startsWith("{")) return parseRule(text);
  const [type = "", ...words] = splitWords(text);
  const word = wordOf(type);
  const match: Record<string, unknown> = {};
  const action: Record<string, unknown> = { type };
  for (const one of words) {
    const [, name = "", value] = /^([^=]*)=([^]*)$/.exec(one) ?? [];
    if (value === undefined)
      throw new RangeError(`Expected field=value in the fault "${type}", not "${one}"`);
    if (Object.hasOwn(MATCH_WORDS, name))
      match[name] = matchValue(name as keyof typeof MATCH_WORDS, value);
    else action[name] = actionValue(type, { word, name, value });
  }
  return checked({ match, do: action }, word);
}

/** The words of every fault, a line for each, and the words that say which requests it is for. */
export function faultLines(): string[] {
  const types = Object.keys(FAULT_WORDS) as FaultAction["type"][];
  const examples = types.map((type) => `${type} ${FAULT_WORDS[type].example}`.trimEnd());
  const width = Math.max(...examples.map(({ length }) => length));
  return [
    ...types.map((type, at) => `${examples[at]?.padEnd(width)}  ${FAULT_WORDS[type].says}`),
    "",
    "Which requests a fault is for:",
    ...Object.entries(MATCH_WORDS).map(([name, { says }]) => `${`${name}=`.padEnd(9)}${says}`),
  ];
}

/** Splits at blanks; quotes hold a value together. */
function splitWords(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

function wordOf(type: string): FaultWord {
  if (!Object.hasOwn(FAULT_WORDS, type))
    throw new RangeError(
      `"${type}" is not a fault: expected one of ${Object.keys(FAULT_WORDS).join(", ")}`,
    );
  return FAULT_WORDS[type as FaultAction["type"]];
}

function matchValue(name: keyof typeof MATCH_WORDS, value: string): unknown {
  if (name === "nth" && value === "all") return value;
  const read = valueOf(name, { as: MATCH_WORDS[name].value, value });
  if (name === "nth" && Number(read) < 1) throw new RangeError("nth counts from 1");
  return read;
}

function actionValue(
  type: string,
  {
    word,
    name,
    value,
  }: { readonly word: FaultWord; readonly name: string; readonly value: string },
): unknown {
  const as = Object.hasOwn(word.fields, name) ? word.fields[name] : undefined;
  if (as === undefined) {
    const known = [...Object.keys(word.fields), ...Object.keys(MATCH_WORDS)];
    throw new RangeError(`The fault "${type}" has no "${name}": expected ${known.join(", ")}`);
  }
  return name === "headers" ? jsonOf(value) : valueOf(name, { as, value });
}

function valueOf(
  name: string,
  { as, value }: { readonly as: FaultValue; readonly value: string },
): unknown {
  if (as === "text") return value;
  if (as === "integer") {
    if (/^-?\d{1,15}$/.test(value)) return Number(value);
    throw new RangeError(`Expected an integer for ${name}, not "${value}"`);
  }
  if (as === "flag") {
    if (value === "yes" || value === "true") return true;
    if (value === "no" || value === "false") return false;
    throw new RangeError(`Expected yes or no for ${name}, not "${value}"`);
  }
  if (as.includes(value)) return value;
  throw new RangeError(`Expected one of ${as.join(", ")} for ${name}, not "${value}"`);
}

/** A rule as a replay file has it. */
function parseRule(text: string): FaultRule {
  const rule = jsonOf(text) as {
    readonly match?: object;
    readonly do?: Readonly<Record<string, unknown>>;
  };
  const { match = {}, do: action = {} } = rule;
  const type = String(action["type"]);
  const word = wordOf(type);
  const unknown = [
    ...Object.keys(match).filter((name) => !Object.hasOwn(MATCH_WORDS, name)),
    ...Object.keys(action).filter((name) => name !== "type" && !Object.hasOwn(word.fields, name)),
  ];
  if (unknown.length > 0) throw new RangeError(`The fault "${type}" has no ${unknown.join(", ")}`);
  return checked({ match, do: action }, word);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RangeError(`The fault has something that is not JSON: ${String(cause)}`, { cause });
  }
}

/** The rule, if its fault has all fields that it needs. */
function checked(
  rule: { readonly match: object; readonly do: Readonly<Record<string, unknown>> },
  { fields, optional = [], example }: FaultWord,
): FaultRule {
  const missing = Object.keys(fields).filter(
    (name) => !optional.includes(name) && rule.do[name] === undefined,
  );
  if (missing.length > 0) {
    const type = String(rule.do["type"]);
    throw new RangeError(
      `The fault "${type}" needs ${missing.join(", ")}, such as "${type} ${example}"`,
    );
  }
  return rule as FaultRule;
}
