import { basename, join } from "node:path";
import { hubCachePlaceOf } from "../layout/hub_cache.ts";

/** Where the state of unfinished work on a model lies, inside its directory and on its volume. */
export interface Staging {
  /** Holds everything below; hidden, so that no runtime walks into it for files of its own. */
  readonly directory: string;
  /** Partial and finished contents that are not published yet. */
  readonly partials: string;
  /** Small files that are being written. */
  readonly temporary: string;
  /** Claims of the downloads that work on this model. */
  readonly locks: string;
  /** What the unfinished download wants, so that its absence can be named without the network. */
  readonly plan: string;
}

/**
 * The places of unfinished work on a model: `DL-PARTIAL-PLACE`.
 *
 * The snapshots of a hub cache share contents, so they share what is unfinished, beside `blobs`; each has its own plan.
 *
 * @param directory the model's directory
 */
export function stagingOf(directory: string): Staging {
  const cache = hubCachePlaceOf(directory);
  const staging = join(cache?.repository ?? directory, ".cache", "mlx-layout");
  return {
    directory: staging,
    partials: join(staging, "partial"),
    temporary: join(staging, "tmp"),
    locks: join(staging, "locks"),
    plan: join(staging, cache === undefined ? "plan.json" : `plan-${basename(directory)}.json`),
  };
}

/** Path of the partial file of a content. Its name never ends in `.safetensors`. */
export function partialPath(staging: Staging, contentKey: string): string {
  return join(staging.partials, `${contentKey}.incomplete`);
}
