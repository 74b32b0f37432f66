/** The shape of a JSON value: kinds at the leaves, one entry for all items of a list, and no content. */
export type JsonShape = string | { readonly [key: string]: JsonShape } | readonly JsonShape[];

/** The shape of one answer of a hub: what a client decides by, and nothing of what was sent. */
export interface AnswerShape {
  readonly status: number;
  /** Names in lower case, each with the kind of its value. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent where the answer has no JSON. */
  readonly body?: JsonShape;
}

/** The headers by which clients decide. Others are recorded by their name alone, and not compared. */
export const DECISIVE_HEADERS: readonly string[] = [
  "accept-ranges",
  "content-encoding",
  "content-length",
  "content-range",
  "etag",
  "link",
  "location",
  "retry-after",
  "www-authenticate",
  "x-error-code",
  "x-linked-etag",
  "x-linked-size",
  "x-repo-commit",
];

/**
 * The shape of an answer.
 *
 * @param text its body, where it is wanted; read as JSON if it says that it is
 */
export function answerShape(
  { status, headers, url }: Pick<Response, "status" | "headers" | "url">,
  text?: string,
): AnswerShape {
  const names = [...headers.keys()].toSorted();
  const shapes = names.map((name) => [
    name,
    headerKind(name, { value: headers.get(name) ?? "", url }),
  ]);
  const isJson = /\bjson\b/.test(headers.get("content-type") ?? "");
  return {
    status,
    headers: Object.fromEntries(shapes),
    ...(isJson && text !== undefined ? { body: jsonShape(JSON.parse(text)) } : {}),
  };
}

function headerKind(
  name: string,
  { value, url }: { readonly value: string; readonly url: string },
) {
  if (!DECISIVE_HEADERS.includes(name)) return "not compared";
  // A closed list of codes, and no content.
  if (name === "x-error-code" || name === "accept-ranges" || name === "content-encoding")
    return value;
  if (name === "location") return addressKind(value, url);
  if (name === "etag" || name === "x-linked-etag") return etagKind(value);
  if (name === "link") return linkKind(value, url);
  if (name === "content-range") return rangeKind(value);
  if (name === "www-authenticate") return value.split(" ")[0] ?? "";
  return textKind(value);
}

function addressKind(value: string, base: string): string {
  if (value.startsWith("/") && !value.startsWith("//")) return "path of the same host";
  try {
    const isSame = new URL(value, base).origin === new URL(base).origin;
    return isSame ? "address of the same host" : "address of another host";
  } catch {
    return "no address";
  }
}

function etagKind(value: string): string {
  const [, weak = "", name = ""] = /^(W\/)?"(.*)"$/.exec(value) ?? [];
  if (name === "") return "no etag";
  const digits = /^[0-9a-f]+$/.test(name) ? `${name.length} hexadecimal digits` : "other text";
  return `${weak === "" ? "strong" : "weak"}, ${digits}`;
}

function linkKind(value: string, base: string): string {
  const relations = Array.from(
    value.matchAll(/<([^>]*)>\s*;[^,]*?rel="?([\w-]+)"?/g),
    ([, target = "", relation = ""]) => `${relation}: ${addressKind(target, base)}`,
  );
  return relations.length === 0 ? "no link" : relations.toSorted().join("; ");
}

function rangeKind(value: string): string {
  if (/^bytes \d+-\d+\/\d+$/.test(value)) return "bytes first-last/size";
  return /^bytes \*\/\d+$/.test(value) ? "bytes */size" : "other text";
}

function textKind(value: string): string {
  if (/^\d+$/.test(value)) return "integer";
  if (/^[0-9a-f]{40}$/.test(value)) return "commit";
  return value === "" ? "empty" : "text";
}

/** The shape of a JSON value. The items of a list are put together: what only some have is there too. */
export function jsonShape(value: unknown): JsonShape {
  if (Array.isArray(value)) {
    const shapes = value.map(jsonShape);
    return shapes.length === 0 ? [] : [shapes.reduce(merged)];
  }
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, jsonShape(one)]));
  if (typeof value === "string") return stringKind(value);
  return value === null ? "null" : typeof value;
}

function stringKind(value: string): string {
  if (/^[0-9a-f]{40}$/.test(value)) return "40 hexadecimal digits";
  if (/^[0-9a-f]{64}$/.test(value)) return "64 hexadecimal digits";
  return "text";
}

function merged(one: JsonShape, other: JsonShape): JsonShape {
  if (isObject(one) && isObject(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return Object.fromEntries(
      [...keys].map((key) => {
        const [mine, its] = [one[key], other[key]];
        if (mine === undefined) return [key, its ?? "null"];
        return [key, its === undefined ? mine : merged(mine, its)];
      }),
    );
  }
  // Of two kinds the first stays: a list of files and folders has one shape.
  return one;
}

/** Whether a shape is of an object. */
export function isObject(
  shape: JsonShape | undefined,
): shape is Readonly<Record<string, JsonShape>> {
  return typeof shape === "object" && !Array.isArray(shape);
}
