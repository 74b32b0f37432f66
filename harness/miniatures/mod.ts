/**
 * Tiny liars, which prove that the court sees.
 *
 * @module
 */

import type { Miniature } from "./miniature.ts";

export { type Miniature, wrapSubject } from "./miniature.ts";

/** Every miniature. */
export const miniatures: readonly Miniature[] = [];
