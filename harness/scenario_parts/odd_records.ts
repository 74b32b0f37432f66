import { MARKER_NAME } from "../../spec/mod.ts";
import { readTree, readText } from "../disk/mod.ts";
import type { World } from "../worlds/world.ts";
import { filePlace } from "./places.ts";

/** What a file of state may hold instead of what was written into it. */
export const ODDITIES = [
  "null",
  "a number",
  "a list",
  "a text",
  "nothing",
  "a half",
  "a field is missing",
  "a field is null",
  "a field is of another kind",
] as const;

/** One of {@linkcode ODDITIES}. */
export type Oddity = (typeof ODDITIES)[number];

/** A file of an implementation's or a client's state. */
export interface RecordFile {
  /** Absolute path. */
  readonly place: string;
  readonly text: string;
}

/** More is no record of a small model. */
const RECORD_BYTES_MAX = 65_536;

/**
 * The records below a directory: hidden files whose text is an object of JSON, and listings in the hub's cache.
 *
 * @param directory absolute path
 */
export async function recordFiles(
  { files }: Pick<World, "files">,
  directory: string,
): Promise<RecordFile[]> {
  const records: RecordFile[] = [];
  for (const { path, kind, sizeBytes } of await readTree(files, directory)) {
    const isState = /(?:^|\/)(?:\.|trees\/)/.test(path);
    if (kind !== "file" || !isState || sizeBytes > RECORD_BYTES_MAX) continue;
    const place = filePlace(directory, path);
    const text = (await readText(files, place)) ?? "";
    if (objectIn(text) !== undefined) records.push({ place, text });
  }
  return records;
}

/** Whether a record is a model's marker. */
export function isMarkerFile({ place }: RecordFile): boolean {
  return place.endsWith(`/${MARKER_NAME}`);
}

/**
 * The text of a record that is odd. A field keeps neither its value nor its kind, so that no reader can take it for a record.
 *
 * @param which chooses among the fields, nested ones included
 */
export function oddText(text: string, oddity: Oddity, which: number): string {
  switch (oddity) {
    case "null":
      return "null";
    case "a number":
      return "7";
    case "a list":
      return `[${text}]`;
    case "a text":
      return JSON.stringify("written by another");
    case "nothing":
      return "";
    case "a half":
      return text.slice(0, text.length >> 1);
    default:
      return withOddField(text, oddity, which);
  }
}

interface Field {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string;
  /** What holds it, without the places in lists: those of a list are of one kind. */
  readonly kind: string;
}

function withOddField(text: string, oddity: Oddity, which: number): string {
  const value = objectIn(text) ?? {};
  const fields = fieldsOf(value).filter(
    // What a record lists may be fewer, and is a record still.
    ({ holder, key }) => oddity !== "a field is missing" || isName(holder, key),
  );
  // The few fields of the record itself are drawn as often as the many below it.
  const kinds = [...new Set(fields.map(({ kind }) => kind))];
  const kind = kinds[which % kinds.length];
  const alike = fields.filter((one) => one.kind === kind);
  const field = alike[Math.floor(which / kinds.length) % alike.length];
  if (field === undefined) return "{}";
  const { holder, key } = field;
  const before: unknown = Reflect.get(holder, key);
  if (oddity === "a field is missing") Reflect.deleteProperty(holder, key);
  else Reflect.set(holder, key, oddity === "a field is null" ? null : ofAnotherKind(before));
  return JSON.stringify(value);
}

function fieldsOf(value: unknown, kind = ""): Field[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [
    { holder, key, kind },
    ...fieldsOf(holder[key], isName(holder, key) ? `${kind}.${key}` : `${kind}[]`),
  ]);
}

function isName(holder: object, key: string): boolean {
  return !Array.isArray(holder) && /^[A-Za-z_]+$/.test(key);
}

function ofAnotherKind(value: unknown): unknown {
  if (typeof value === "string") return 7;
  if (typeof value === "object") return Array.isArray(value) ? {} : [];
  return JSON.stringify(value);
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? { ...value } : undefined;
  } catch {
    // It is of another form.
    return undefined;
  }
}
