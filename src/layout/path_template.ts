import { join } from "node:path";
import { isCommit } from "./hub_cache.ts";
import { isRepositoryId } from "./repository_id.ts";

/** What can stand in braces in a path template, behind `{root}`. */
export interface TemplateValues {
  readonly org: string;
  readonly name: string;
  readonly "model id": string;
  readonly commit: string;
}

/** One component of a path template, such as `models` or `{org}`. */
export interface TemplateComponent {
  readonly text: string;
  /** How much of a directory's name it decides: all of it, a part, or nothing. */
  readonly kind: "literal" | "pattern" | "free";
  /** Reads a directory's name; undefined when no model of the layout has a directory of that name here. */
  match(name: string): Partial<TemplateValues> | undefined;
}

const PLACEHOLDER = /\{([^{}]+)\}/g;

/**
 * The components of a path template behind its `{root}`.
 *
 * @param template as in `LAYOUTS`, for example `{root}/models/{org}/{name}`
 */
export function templateComponents(template: string): TemplateComponent[] {
  const texts = template.split("/").slice(1);
  return texts.map(component);
}

/** Writes a path template's components with the values of one model. */
export function fillTemplate(
  template: string,
  root: string,
  values: Readonly<Partial<TemplateValues>>,
): string {
  const byName = new Map(Object.entries(values));
  const fill = (text: string) =>
    text.replaceAll(PLACEHOLDER, (braces, name: string) => byName.get(name) ?? braces);
  return join(root, ...template.split("/").slice(1).map(fill));
}

function component(text: string): TemplateComponent {
  const names = [...text.matchAll(PLACEHOLDER)].map(([, name]) => name ?? "");
  const source = text
    .split(PLACEHOLDER)
    // Odd parts are the names in braces.
    .map((part, at) => (at % 2 === 0 ? escapeRegExp(part) : "(.+?)"))
    .join("");
  const pattern = new RegExp(`^${source}$`);
  const isFree = names.length === 1 && text === `{${names[0]}}`;
  const kind = names.length === 0 ? "literal" : isFree ? "free" : "pattern";
  return {
    text,
    kind,
    match: (name) => {
      const found = pattern.exec(name);
      if (found === null) return undefined;
      const values = Object.fromEntries(names.map((key, at) => [key, found[at + 1] ?? ""]));
      return isPossible(values, kind) ? values : undefined;
    },
  };
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}

/** A name that fits a pattern by accident is not the layout's; a free component takes any name. */
function isPossible(values: Partial<TemplateValues>, kind: TemplateComponent["kind"]): boolean {
  const { org, name, commit } = values;
  if (commit !== undefined && !isCommit(commit)) return false;
  return kind !== "pattern" || org === undefined || isRepositoryId(`${org}/${name ?? "name"}`);
}
