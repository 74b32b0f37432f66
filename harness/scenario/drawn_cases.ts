/** How often each kind of value was drawn, by what varies; plain data. */
export type DrawnCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Different texts of one thing that are counted each. */
const TEXTS_MAX = 12;
const TEXT_LENGTH_MAX = 32;
/** How deep records are looked into. */
const DEPTH_MAX = 3;
const OTHER_TEXTS = "other texts";

/**
 * Counts what a generator makes: each word, numbers by their power of two, lists by their length, and of models how many files
 * they have, how large, how deep and how alike. What is never counted is never tested.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { DrawnCases } from "mlx-conform/internal";
 *
 * const drawn = new DrawnCases();
 * for (const nth of [1, 5, 6]) drawn.add({ nth, isUpdate: nth > 5 });
 * assert.deepEqual(drawn.counts, { nth: { "1": 1, "4-7": 2 }, isUpdate: { no: 2, yes: 1 } });
 * ```
 */
export class DrawnCases {
  readonly #counts = new Map<string, Map<string, number>>();

  /** Counts one case. */
  add(given: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(given)) this.#addValue(key, value, 1);
  }

  /** What was drawn so far. */
  get counts(): DrawnCounts {
    return Object.fromEntries(
      [...this.#counts].map(([key, kinds]) => [key, Object.fromEntries(kinds)]),
    );
  }

  #addValue(key: string, value: unknown, depth: number): void {
    if (typeof value === "number") return this.#count(key, rangeOf(value));
    if (typeof value === "boolean") return this.#count(key, value ? "yes" : "no");
    if (typeof value === "string") return this.#countText(key, value);
    if (value instanceof Uint8Array) return this.#count(`${key} bytes`, rangeOf(value.length));
    if (typeof value !== "object" || value === null) return this.#count(key, "none");
    if (Array.isArray(value)) {
      this.#count(`${key} length`, rangeOf(value.length));
      if (depth < DEPTH_MAX) for (const item of value) this.#addValue(`${key}[]`, item, depth + 1);
      return;
    }
    const files: unknown = "files" in value ? value.files : undefined;
    if (Array.isArray(files) && files.every(isFile)) return this.#addModel(key, files);
    if (depth >= DEPTH_MAX) return;
    for (const [name, item] of Object.entries(value))
      this.#addValue(`${key}.${name}`, item, depth + 1);
  }

  #addModel(key: string, files: readonly DrawnFile[]): void {
    const sizes = files.map(({ bytes }) => bytes.length);
    const twins = files.filter(({ bytes }, at) =>
      files.slice(0, at).some((other) => Buffer.compare(other.bytes, bytes) === 0),
    );
    this.#count(`${key} files`, rangeOf(files.length));
    this.#count(`${key} largest file bytes`, rangeOf(Math.max(0, ...sizes)));
    this.#count(`${key} empty files`, rangeOf(sizes.filter((size) => size === 0).length));
    this.#count(`${key} twins`, rangeOf(twins.length));
    const depths = files.map(({ path }) => path.split("/").length - 1);
    this.#count(`${key} directories deep`, rangeOf(Math.max(0, ...depths)));
  }

  #countText(key: string, text: string): void {
    const kinds = this.#counts.get(key);
    const isKnown = kinds?.has(text) === true;
    const isShort = text.length <= TEXT_LENGTH_MAX && (isKnown || (kinds?.size ?? 0) < TEXTS_MAX);
    this.#count(key, isShort ? text : OTHER_TEXTS);
  }

  #count(key: string, kind: string): void {
    const kinds = this.#counts.get(key) ?? new Map<string, number>();
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    this.#counts.set(key, kinds);
  }
}

interface DrawnFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

function isFile(value: unknown): value is DrawnFile {
  if (typeof value !== "object" || value === null) return false;
  const { path, bytes } = value as Partial<Record<keyof DrawnFile, unknown>>;
  return typeof path === "string" && bytes instanceof Uint8Array;
}

/** The range of a number: from a power of two to the next one. */
function rangeOf(value: number): string {
  if (!Number.isInteger(value)) return Number.isFinite(value) ? "a fraction" : String(value);
  if (value < 2) return value < 0 ? "below 0" : String(value);
  const from = 2 ** Math.floor(Math.log2(value));
  return `${from}-${2 * from - 1}`;
}
