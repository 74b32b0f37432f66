import type { Host, SubjectConfig } from "../../spec/mod.ts";
import { confinedFiles } from "../disk/confined_files.ts";
import { layoutDefinitions } from "./layouts/mod.ts";

/** A model's directory, or one above it, relative to the root; not what a model's directory or the hub's cache holds. */
const MODEL_PLACE = /^(?!models--)(?:models(?:\/[^./][^/]*){0,2}|[^./][^/]*(?:\/[^./][^/]*)?)$/;

/**
 * A host whose disk changes nothing below the roots of the layouts through a link: `LAYOUT-PLANTED`.
 *
 * @param more directories that the caller names besides, such as the one that a migration takes a model from
 */
export function confinedHost(
  host: Host,
  config: SubjectConfig,
  more: readonly string[] = [],
): Host {
  const roots = new Set(layoutDefinitions.map(({ rootOf }) => rootOf(config)));
  const mayLeadOut = (path: string) => MODEL_PLACE.test(path);
  return { ...host, files: confinedFiles(host.files, [...roots, ...more], { mayLeadOut }) };
}
