import { readFileSync } from "node:fs";
import { REQUIREMENTS, type RequirementId } from "../../spec/mod.ts";

/** What a document of the specification says below the sentence of a requirement, each as one line of Markdown. */
export interface RequirementProse {
  /** The failure that the requirement prevents. */
  readonly why: string;
  /** The observation that breaks it, and what never does. */
  readonly judged: string;
  /** Public reports and programs in which it was seen broken. */
  readonly seenIn: string;
}

/** Documents are not compiled: they lie beside the source of the specification. */
const DOCUMENTS = new URL(
  import.meta.url.includes("/dist/") ? "../../../spec/" : "../../spec/",
  import.meta.url,
);
const texts = new Map<string, string>();

/**
 * Reads what the specification says about a requirement beside its sentence.
 *
 * @throws {RangeError} when a part of it is not there
 *
 * @example
 * ```ts
 * import { requirementProse } from "mlx-layout/harness/internal";
 * import assert from "node:assert/strict";
 *
 * const { why, judged } = requirementProse("DL-INTEGRITY");
 * assert.match(why, /^No MLX runtime hashes a file/);
 * assert.match(judged, /true bytes after a retry/);
 * ```
 */
export function requirementProse(id: RequirementId): RequirementProse {
  const text = documentText(REQUIREMENTS[id].document);
  const block = text.split(`<a id="${id}"></a>`)[1]?.split(/^(?:<a id=|## )/m)[0] ?? "";
  const part = (name: string) => {
    const found = block.split(`- **${name}**`)[1]?.split(/^- \*\*|\n\n/m)[0];
    if (found === undefined)
      throw new RangeError(`Cannot explain ${id} as its document has no "${name}"`);
    return found.replaceAll(/\s+/g, " ").trim();
  };
  return { why: part("Why."), judged: part("Judged"), seenIn: part("Seen in") };
}

function documentText(name: string): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`${name}.md`, DOCUMENTS), "utf8");
  texts.set(name, text);
  return text;
}
