import { readFileSync } from "node:fs";
import { REQUIREMENTS, type RequirementId } from "../../spec/mod.ts";

/** What the spec says of a requirement besides its sentence, as plain text with code between backticks. */
export interface RequirementReasons {
  /** What goes wrong without it. */
  readonly why: string;
  /** The observation that breaks it, and what never does. */
  readonly judged: string;
  /** Public reports and programs in which it was seen broken. */
  readonly seenIn: string;
}

const SPEC = new URL("../../spec/", import.meta.url);

const documents = new Map<string, string>();

/**
 * Reads from the spec's documents why a requirement is one, how it is tested, and where it was seen broken.
 *
 * @throws {Error} when the document lacks one of them
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { requirementReasons } from "mlx-conform/internal";
 *
 * assert.match(requirementReasons("DL-INTEGRITY").why, /No MLX runtime hashes a file/);
 * ```
 */
export function requirementReasons(id: RequirementId): RequirementReasons {
  const text = documentOf(REQUIREMENTS[id].document);
  const from = text.indexOf(`<a id="${id}"></a>`);
  const end = text.indexOf("\n<a id=", from + 1);
  const section = text.slice(from, end === -1 ? undefined : end);
  return {
    why: itemOf(section, { id, name: "Why." }),
    judged: itemOf(section, { id, name: "Judged" }),
    seenIn: itemOf(section, { id, name: "Seen in" }),
  };
}

function documentOf(name: string): string {
  let text = documents.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`${name}.md`, SPEC), "utf8");
    documents.set(name, text);
  }
  return text;
}

/** An item of a requirement's list, in one line and without links. */
function itemOf(
  section: string,
  { id, name }: { readonly id: string; readonly name: string },
): string {
  const start = `- **${name}** `;
  const from = section.indexOf(start);
  if (from === -1) throw new Error(`The spec has no "${name}" for ${id}`);
  const rest = section.slice(from + start.length);
  // The item ends at the next one, or at an empty line.
  const item = rest.slice(0, /\n(?:- |\n|$)/.exec(rest)?.index ?? rest.length);
  return item
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll("**", "")
    .trim();
}
