/**
 * The names of the models whose crashes are explored; without the models, so that help need not make them.
 *
 * @module
 */

/** The smallest model that the specification allows, a sharded one, and an update of either. */
export const CRASH_MODEL_NAMES = ["smallest", "sharded", "update", "fewer shards"] as const;

/** One of them. */
export type CrashModelName = (typeof CRASH_MODEL_NAMES)[number];
