import { basename, join } from "node:path";
import { type FileSystem, fnmatch } from "../../spec/mod.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import type { LayoutDefinition } from "../layout/layout_definition.ts";
import { layoutDefinitions } from "../layout/layouts/mod.ts";
import { modelIdOf, repositoryOf } from "../layout/model_id.ts";
import { type ModelPlace, placeAt } from "../layout/model_place.ts";
import {
  type TemplateComponent,
  templateComponents,
  type TemplateValues,
} from "../layout/path_template.ts";
import { isRepositoryId } from "../layout/repository_id.ts";
import { readPlan } from "../records/download_intent.ts";

/** A directory that holds a model. */
export interface FoundModel {
  readonly place: ModelPlace;
  readonly layout: LayoutDefinition;
  /** What the path says; undefined when its names are not those of a repository. */
  readonly repository: string | undefined;
  readonly modelId: string;
  /** Whether the app chose the directory's name, so that another source may know the repository better. */
  readonly isNamedByApp: boolean;
}

/** A layout, and the directory in which its models are looked for. */
export interface SearchedLayout {
  readonly layout: LayoutDefinition;
  /** Absolute path: what the layout's template calls `{root}`. */
  readonly root: string;
  /** Names of which any shows a model here. @default {those of the layout} */
  readonly signs?: readonly string[];
}

/** A layout and its path, to look for models with. */
interface Search extends SearchedLayout {
  readonly components: readonly TemplateComponent[];
}

/** A directory that fits a layout's path so far, and what the path said. */
interface Match {
  readonly directory: string;
  readonly values: Partial<TemplateValues>;
}

/**
 * Finds the models of every layout by the layouts' paths: `MANAGE-BOTH`, `MANAGE-HFCACHE`.
 *
 * A directory belongs to the layout whose path says the most about its name: `models` is not an organization. Nor is a
 * directory that is a model itself.
 *
 * @returns the models in the order of the layouts, best first
 */
export async function findModels(
  files: FileSystem,
  layouts: readonly SearchedLayout[],
): Promise<FoundModel[]> {
  const searches = layouts
    .map((searched) => ({ ...searched, components: templateComponents(searched.layout.template) }))
    .toSorted((one, two) => precedence(one) - precedence(two));
  const found = new Map<string, FoundModel>();
  for (const search of searches) {
    const { layout, root, signs = layout.signs } = search;
    for (const match of await matchesOf(files, search, { searches, found })) {
      const place = placeAt(root, match.directory);
      if (await holdsModel(files, place, signs))
        found.set(match.directory, foundModel(match, layout, place));
    }
  }
  const orderOf = ({ layout }: FoundModel) => layoutDefinitions.indexOf(layout);
  return [...found.values()].toSorted((one, two) => orderOf(one) - orderOf(two));
}

const PRECEDENCE = { literal: 0, pattern: 1, free: 2 } as const;

/** Short paths first, as what they find is not searched below; among them the most specific. */
function precedence({ components }: Search): number {
  const specifics = components.map(({ kind }) => PRECEDENCE[kind]);
  return components.length * 10 + Math.max(...specifics);
}

/** The directories that fit a layout's path. */
async function matchesOf(
  files: FileSystem,
  search: Search,
  context: {
    readonly searches: readonly Search[];
    readonly found: ReadonlyMap<string, FoundModel>;
  },
): Promise<readonly Match[]> {
  const { searches, found } = context;
  const { root, components } = search;
  let matches: Match[] = [{ directory: root, values: {} }];
  for (const component of components) {
    const next: Match[] = [];
    for (const match of matches) next.push(...(await childrenOf(files, match, component)));
    const isAtTop = component === components[0];
    matches = next.filter(
      ({ directory }) =>
        !found.has(directory) && !(isAtTop && isContainer(basename(directory), search, searches)),
    );
  }
  return matches;
}

/** Whether a name under the root is where another layout's models begin, by a path that says more about it. */
function isContainer(name: string, search: Search, searches: readonly Search[]): boolean {
  const [own] = search.components;
  return searches.some(({ components: [first, second] }) => {
    if (own === undefined || first === undefined || second === undefined) return false;
    return PRECEDENCE[first.kind] < PRECEDENCE[own.kind] && first.match(name) !== undefined;
  });
}

async function childrenOf(
  files: FileSystem,
  { directory, values }: Match,
  component: TemplateComponent,
): Promise<Match[]> {
  const names =
    component.kind === "literal" ? [component.text] : await directoriesIn(files, directory);
  return names.flatMap((name) => {
    const more = component.match(name);
    return more === undefined
      ? []
      : [{ directory: join(directory, name), values: { ...values, ...more } }];
  });
}

async function directoriesIn(files: FileSystem, directory: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await namesIn(files, directory)) {
    if (!name.startsWith(".") && (await isDirectory(files, join(directory, name))))
      names.push(name);
  }
  return names;
}

async function isDirectory(files: FileSystem, path: string): Promise<boolean> {
  const kind = (await lstatIfThere(files, path))?.kind;
  if (kind !== "link") return kind === "directory";
  try {
    return (await files.stat(path)).kind === "directory";
  } catch {
    // A link that leads nowhere is not a model.
    return false;
  }
}

/** Whether a directory has anything that a download leaves, ours or another's: one of the layout's signs, or a plan. */
async function holdsModel(
  files: FileSystem,
  place: ModelPlace,
  signs: readonly string[],
): Promise<boolean> {
  const names = await namesIn(files, place.directory);
  // Macs write `._` files beside others on volumes that have no place for their attributes.
  if (names.some((name) => !name.startsWith("._") && signs.some((sign) => fnmatch(sign, name))))
    return true;
  return (await readPlan(files, place)) !== undefined;
}

function foundModel(
  { directory, values }: Match,
  layout: LayoutDefinition,
  place: ModelPlace,
): FoundModel {
  const { org, name, "model id": own } = values;
  const id = own === undefined ? `${org}/${name}` : repositoryOf(own);
  const repository = id !== undefined && isRepositoryId(id) ? id : undefined;
  return {
    place,
    layout,
    repository,
    modelId: own ?? (repository === undefined ? basename(directory) : modelIdOf(repository)),
    isNamedByApp: own !== undefined,
  };
}
