/**
 * How a model is named.
 *
 * @module
 */

import type { Layout } from "./layouts.ts";

/** Names a model. */
export interface ModelRequest {
  /** The repository, as `org/name`. */
  readonly repository: string;
  /** Branch, tag or commit. @default {"main"} */
  readonly revision?: string;
  /** Where the model lies. @default {"hubapi"} */
  readonly layout?: Layout;
}
