import type { Layout, ListedModel } from "../../spec/mod.ts";
import { rootOf } from "../layout/root_of.ts";

/** A copy that a doctor looks at. */
export interface ExaminedModel {
  /** Absolute path. */
  readonly directory: string;
  readonly repository: string | undefined;
  /** Undefined for a directory that is of no layout. */
  readonly layout: Layout | undefined;
  /** The directory that the layout calls its root; undefined as the layout is. */
  readonly root: string | undefined;
  /** Whether it is in another tool's store. */
  readonly isStored: boolean;
  /** Whether MLX looks for it elsewhere. */
  readonly isMisplaced: boolean;
}

/** A listed model as a doctor sees it. */
export function examinedModel({
  directory,
  repository,
  layout,
  store,
  misplaced,
}: ListedModel): ExaminedModel {
  const root = rootOf({ directory, layout });
  return {
    directory,
    repository,
    layout,
    root,
    isStored: store !== undefined,
    isMisplaced: misplaced !== undefined,
  };
}

/** A copy that the user names by its directory, and that no listing has. */
export function namedModel(directory: string, repository: string | undefined): ExaminedModel {
  return {
    directory,
    repository,
    layout: undefined,
    root: undefined,
    isStored: false,
    isMisplaced: true,
  };
}
