import { gunzipSync } from "node:zlib";
import { HarnessError } from "../errors.ts";
import type { EncodedGiven, Json } from "./encode_given.ts";

/**
 * Reads what {@linkcode encodeGiven} wrote.
 *
 * @throws {HarnessError} when it is not of that form
 */
export function decodeGiven(encoded: EncodedGiven): Record<string, unknown> {
  // Bytes that were one array are one again: a hub hashes each array once.
  const blobs = new Map(
    Object.entries(encoded.blobs).map(([name, text]) => [name, inflate(name, text)]),
  );
  return decodeObject(Object.entries(encoded.values), blobs);
}

type Blobs = ReadonlyMap<string, Uint8Array>;

function inflate(name: string, text: string): Uint8Array {
  try {
    return new Uint8Array(gunzipSync(Buffer.from(text, "base64")));
  } catch (cause) {
    throw new HarnessError(`Cannot read the bytes "${name}" of a case as they are no gzip`, {
      cause,
    });
  }
}

function decodeObject(
  entries: readonly (readonly [string, Json])[],
  blobs: Blobs,
): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    // An assignment to `__proto__` would set the prototype.
    Object.defineProperty(decoded, key, {
      value: decodeValue(item, blobs),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return decoded;
}

function decodeValue(value: Json, blobs: Blobs): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((item) => decodeValue(item, blobs));
  const entries = Object.entries(value);
  const [first] = entries;
  if (first?.[0].startsWith("$") === true) return decodeTagged(first[0], first[1], blobs);
  return decodeObject(entries, blobs);
}

function decodeTagged(tag: string, value: Json, blobs: Blobs): unknown {
  if (tag === "$undefined") return undefined;
  if (typeof value === "string") {
    if (tag === "$number") return Number(value);
    if (tag === "$date") return new Date(Number(value));
    if (tag === "$bigint") return BigInt(value);
    if (tag === "$bytes") return new Uint8Array(Buffer.from(value, "base64"));
    const blob = tag === "$blob" ? blobs.get(value) : undefined;
    if (blob !== undefined) return blob;
  }
  if (isList(value)) {
    if (tag === "$set") return new Set(value.map((item) => decodeValue(item, blobs)));
    if (tag === "$map") return new Map(value.map((pair) => pairOf(decodeValue(pair, blobs))));
    if (tag === "$entries") return decodeObject(value.map(entryOf), blobs);
  }
  throw new HarnessError(`Cannot read a case: "${tag}" has no meaning here`);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function pairOf(value: unknown): [unknown, unknown] {
  if (Array.isArray(value) && value.length === 2) return [value[0], value[1]];
  throw new HarnessError("Cannot read a case: an entry of a map must be a pair");
}

function entryOf(value: Json): [string, Json] {
  if (isList(value) && typeof value[0] === "string" && value[1] !== undefined)
    return [value[0], value[1]];
  throw new HarnessError("Cannot read a case: an entry of an object must be a name and a value");
}
