/**
 * Every layout, one file each. A new one is a file here, a line below and its path in the specification's `LAYOUTS`.
 *
 * @module
 */

import type { Layout } from "../../../spec/mod.ts";
import type { LayoutDefinition } from "../layout_definition.ts";
import { flat } from "./flat.ts";
import { hfCache } from "./hf_cache.ts";
import { hubapi } from "./hubapi.ts";
import { lmstudio } from "./lmstudio.ts";

/** Every layout by its name, in the order in which a model is looked for. */
const DEFINITIONS = {
  hubapi,
  lmstudio,
  flat,
  "hf-cache": hfCache,
} as const satisfies Readonly<Record<Layout, LayoutDefinition>>;

/** Every layout, in the order in which a model is looked for: best first. */
export const layoutDefinitions: readonly LayoutDefinition[] = Object.values(DEFINITIONS);

/** The layout of a request that names none. */
export const DEFAULT_LAYOUT = "hubapi" satisfies Layout;

/** The definition of a layout. */
export function layoutDefinition(name: Layout): LayoutDefinition {
  return DEFINITIONS[name];
}

/** Names of the layouts that something is true of, best first. */
export function layoutNames(is: (definition: LayoutDefinition) => boolean = () => true): Layout[] {
  return layoutDefinitions.filter(is).map(({ name }) => name);
}
