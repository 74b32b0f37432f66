import {
  type Layout,
  LAYOUTS,
  MARKER_NAME,
  REQUIRED_PARTS,
  type SubjectConfig,
} from "../../spec/mod.ts";

/**
 * How the files of a model are kept, published and removed: in a directory of the model's own (`directory`), or as links
 * from a snapshot's directory to contents that the snapshots of a repository share (`hub-cache`).
 */
export type LayoutStorage = "directory" | "hub-cache";

/** Everything that distinguishes one layout from the others. */
export interface LayoutDefinition {
  readonly name: Layout;
  /** Path of a model's directory, as the specification writes it. It says where models are looked for, too. */
  readonly template: string;
  /** @default {"directory"} by {@linkcode defineLayout} */
  readonly storage: LayoutStorage;
  /** The directory that the template calls `{root}`. @default {the root of all models} */
  readonly rootOf: (config: SubjectConfig) => string;
  /** Names at the top of a directory (fnmatch), of which any shows a model. @default {marker, configuration, weights} */
  readonly signs: readonly string[];
  /** Whether a runtime of MLX looks for models here; elsewhere a model is misplaced. */
  readonly isReadByMlx: boolean;
  /** Whether a download can be sent here. */
  readonly isDownloadTarget: boolean;
  /** Whether a migration can end here. */
  readonly isMigrationTarget: boolean;
  /** Whether a migration that names no directory looks here for what it moves. */
  readonly isMigrationSource: boolean;
}

/** Any of these shows that a directory holds a model, no matter who put it there. */
export const MODEL_SIGNS: readonly string[] = [
  MARKER_NAME,
  ...REQUIRED_PARTS.config,
  ...REQUIRED_PARTS.weights,
];

/** Defines a layout by what is not usual about it; its path is the specification's. */
export function defineLayout(
  name: Layout,
  definition: Pick<
    LayoutDefinition,
    "isReadByMlx" | "isDownloadTarget" | "isMigrationTarget" | "isMigrationSource"
  > &
    Partial<LayoutDefinition>,
): LayoutDefinition {
  return {
    name,
    template: LAYOUTS[name],
    storage: "directory",
    rootOf: (config) => config.root,
    signs: MODEL_SIGNS,
    ...definition,
  };
}
