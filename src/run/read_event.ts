import { parseJsonText } from "../limits/parse_json_text.ts";
import {
  RUNNER_ERROR_KINDS,
  RUNNER_OPERATIONS,
  RUNNER_PROTOCOL,
  type RunnerEvent,
} from "../../spec/runner_messages.ts";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isName: Check = (value) => typeof value === "string" && value !== "";
const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value);
const isCount: Check = (value) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value);
const isTextOrNull: Check = (value) => value === null || isText(value);
const isTextMap: Check = (value) => isObject(value) && Object.values(value).every(isText);
const isLogit: Check = (value) =>
  isObject(value) && hasFields(value, { needed: { id: isCount, logit: isNumber } });

interface Fields {
  readonly needed: Readonly<Record<string, Check>>;
  readonly optional?: Readonly<Record<string, Check>>;
}

/** The fields of each event, as `spec/runner_protocol/event.schema.json` states them. */
const EVENTS: Readonly<Record<string, Fields>> = {
  hello: {
    needed: {
      protocol: oneOf(RUNNER_PROTOCOL),
      name: isName,
      version: isText,
      runtimes: isTextMap,
      device: isText,
      operations: listOf(oneOf(...RUNNER_OPERATIONS)),
    },
  },
  loaded: {
    needed: {
      id: isCount,
      architecture: isName,
      parameterCount: isCount,
      tensorCount: isCount,
      quantization: isTextOrNull,
      vocabularySize: isCount,
    },
  },
  token: {
    needed: { id: isCount, token: isCount, text: isText },
    optional: { topLogits: listOf(isLogit) },
  },
  generated: {
    needed: {
      id: isCount,
      promptIds: listOf(isCount),
      tokens: listOf(isCount),
      text: isText,
      finish: oneOf("limit", "stop", "cancelled"),
    },
  },
  unloaded: { needed: { id: isCount } },
  progress: { needed: { id: isCount, bytesDone: isCount, bytesTotal: isCount } },
  downloaded: { needed: { id: isCount, directory: isName } },
  error: { needed: { id: isCount, kind: oneOf(...RUNNER_ERROR_KINDS), message: isText } },
};

/**
 * Reads one line of a runner: what the schema of events allows, and nothing else.
 *
 * @returns undefined when the line is not a message of the protocol
 */
export function readEvent(line: string): RunnerEvent | undefined {
  let message: unknown;
  try {
    message = parseJsonText(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
  return isEvent(message) ? message : undefined;
}

function isEvent(message: unknown): message is RunnerEvent {
  if (!isObject(message)) return false;
  const { event, ...fields } = message;
  const wanted = typeof event === "string" && Object.hasOwn(EVENTS, event) && EVENTS[event];
  return wanted !== false && wanted !== undefined && hasFields(fields, wanted);
}

function hasFields(value: Readonly<Record<string, unknown>>, fields: Fields): boolean {
  const { needed, optional = {} } = fields;
  const all: Readonly<Record<string, Check>> = { ...needed, ...optional };
  return (
    Object.keys(needed).every((key) => Object.hasOwn(value, key)) &&
    Object.entries(value).every(([key, of]) => Object.hasOwn(all, key) && all[key]?.(of) === true)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
