import { dirname } from "node:path";
import type { Layout } from "../../spec/mod.ts";
import { layoutDefinition } from "./layouts/mod.ts";
import { templateComponents } from "./path_template.ts";

/** The directory that a layout calls its root, of a model in that layout. */
export function rootOf(model: { readonly directory: string; readonly layout: Layout }): string {
  let root = model.directory;
  for (const _ of templateComponents(layoutDefinition(model.layout).template)) root = dirname(root);
  return root;
}
