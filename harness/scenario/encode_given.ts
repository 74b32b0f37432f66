import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { HarnessError } from "../errors.ts";

/** A value of JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** What one case holds, as a file can hold it. */
export interface EncodedGiven {
  readonly values: { readonly [key: string]: Json };
  /** Longer bytes, each once however often the values name them: gzip, then base64, by the start of their SHA-256. */
  readonly blobs: Readonly<Record<string, string>>;
}

/** Bytes up to this many stand where they belong; more go into the table. */
const INLINE_BYTES_MAX = 64;

/**
 * Writes down what one case holds, so that it can be run again without the generator that drew it.
 *
 * JSON has no word for some values; they are objects with one key that begins with `$`.
 *
 * @throws {HarnessError} when a value is no plain data: a function, a symbol or an instance of a class
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { decodeGiven, encodeGiven } from "mlx-conform/internal";
 *
 * const given = { bytes: Uint8Array.of(1, 2), killAt: undefined };
 * const text = JSON.stringify(encodeGiven(given));
 * assert.deepEqual(decodeGiven(JSON.parse(text)), given);
 * ```
 */
export function encodeGiven(given: Readonly<Record<string, unknown>>): EncodedGiven {
  const blobs: Record<string, string> = {};
  const values = Object.entries(given).map(([key, value]): [string, Json] => [
    key,
    encodeValue(value, { path: key, blobs }),
  ]);
  return { values: Object.fromEntries(values), blobs };
}

interface EncodeContext {
  /** Where the value is, for a complaint. */
  readonly path: string;
  readonly blobs: Record<string, string>;
}

function encodeValue(value: unknown, context: EncodeContext): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? "-0" : String(value) };
    case "bigint":
      return { $bigint: String(value) };
    case "undefined":
      return { $undefined: true };
    case "object":
      return value === null ? null : encodeObject(value, context);
    default:
      throw notPlain(context, `a ${typeof value}`);
  }
}

function encodeObject(value: object, context: EncodeContext): Json {
  const { path } = context;
  const list = (items: Iterable<unknown>): Json[] =>
    [...items].map((item, at) => encodeValue(item, { ...context, path: `${path}[${at}]` }));
  if (value instanceof Uint8Array) return encodeBytes(value, context);
  if (value instanceof Date) return { $date: String(value.getTime()) };
  if (value instanceof Map) return { $map: list(value) };
  if (value instanceof Set) return { $set: list(value) };
  if (Array.isArray(value)) return list(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype)
    throw notPlain(context, `an instance of ${value.constructor.name}`);
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [
    key,
    encodeValue(item, { ...context, path: `${path}.${key}` }),
  ]);
  // A key of the value's own must not be taken for one of ours, nor set a prototype.
  const isAmbiguous = entries.some(([key]) => key.startsWith("$") || key === "__proto__");
  return isAmbiguous ? { $entries: entries } : Object.fromEntries(entries);
}

function encodeBytes(bytes: Uint8Array, { blobs }: EncodeContext): Json {
  if (bytes.length <= INLINE_BYTES_MAX) return { $bytes: Buffer.from(bytes).toString("base64") };
  const name = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  blobs[name] ??= gzipSync(bytes, { level: 9 }).toString("base64");
  return { $blob: name };
}

function notPlain({ path }: EncodeContext, what: string): HarnessError {
  return new HarnessError(
    `Cannot write down the case as "${path}" is ${what}: what a scenario is given must be plain data`,
  );
}
