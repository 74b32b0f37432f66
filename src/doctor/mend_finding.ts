import { join } from "node:path";
import type { CheckCause, CheckFinding, Mend } from "../../spec/mod.ts";
import type { ExaminedModel } from "./examined_model.ts";

/** What no download changes: it is a matter of the repository or of the runtime, and the check says what to do. */
const NOT_DAMAGE: ReadonlySet<CheckCause> = new Set([
  "unsupported-architecture",
  "model-code",
  "quantization",
  "dtype",
  "shape",
  "bad-template",
  "not-judged",
]);

/** Warnings of a check that a doctor tells too. */
const TOLD_WARNINGS: ReadonlySet<CheckCause> = new Set(["appledouble"]);

/** What every download sees by a file's name and size. */
const SEEN: ReadonlySet<string> = new Set([
  "missing-config",
  "missing-weights",
  "missing-shard",
  "missing-tensor",
  "missing-tokenizer",
  "missing-tokenizer-config",
  "missing-file",
  "empty",
  "truncated",
  "trailing-bytes",
  "wrong-size",
  "lfs-pointer",
  "broken-link",
  "unreadable",
]);

/** Whether a finding of a check is damage that can be mended here. */
export function isDamage({ cause, level }: CheckFinding): boolean {
  return !NOT_DAMAGE.has(cause) && (level === "error" || TOLD_WARNINGS.has(cause));
}

/** Where a model's damage is repaired by what it is, and not by its cause. */
export interface MendContext {
  /** The root of the implementation's own models. */
  readonly root: string;
  /** Whether the directory is a clone of git. */
  readonly isClone: boolean;
  /** Links that lead nowhere or out, relative to the directory: with them it is not moved. */
  readonly lostLinks: readonly string[];
}

/**
 * The one step that mends what a check found in a model.
 *
 * A misplaced model is moved first, whatever else is wrong: what is fetched for it would be put where it belongs.
 */
export function mendFinding(
  { cause, path }: Pick<CheckFinding, "path"> & { readonly cause?: string | undefined },
  model: ExaminedModel,
  context: MendContext,
): Mend | undefined {
  const { directory } = model;
  if (cause === "appledouble" || cause === "desktop-files") return { operation: "tidy", directory };
  if (cause === "evicted") return { operation: "run", words: ["brctl", "download", directory] };
  if (cause === "lfs-pointer" && context.isClone)
    return { operation: "run", words: ["git", "-C", directory, "lfs", "pull"] };
  if (model.isMisplaced || model.layout === undefined) return moved(model, context.lostLinks);
  if (cause === "foreign-weights")
    return { operation: "discard", paths: [join(directory, ...path.split("/"))] };
  return repaired(model, { ...context, cause });
}

/** Moves a model to where MLX looks for it; what leads nowhere or out goes first, as no migration takes it. */
export function moved(
  { directory, repository }: ExaminedModel,
  lostLinks: readonly string[],
): Mend {
  const paths = lostLinks.map((path) => join(directory, ...path.split("/")));
  if (paths.length > 0) return { operation: "discard", paths };
  return { operation: "migrate", repository, from: directory };
}

/** Fetches what is wrong, in the layout and below the root in which the model lies; what cannot be fetched there is removed. */
export function repaired(
  { directory, repository, layout, root }: ExaminedModel,
  context: Pick<MendContext, "root"> & { readonly cause?: string | undefined },
): Mend {
  if (repository === undefined || layout === undefined || layout === "flat")
    return { operation: "remove", directory };
  return {
    operation: "download",
    repository,
    ...(root !== undefined && root !== context.root && { root }),
    ...(layout !== "hubapi" && { layout }),
    ...(context.cause !== undefined && !SEEN.has(context.cause) && { verify: true }),
  };
}
