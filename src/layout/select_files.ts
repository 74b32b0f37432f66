import {
  DEFAULT_PATTERNS,
  fnmatch,
  KIND_PARTS,
  KIND_PATTERNS,
  type KindPart,
  lackingKindParts,
  MODEL_KINDS,
  type ModelKind,
  OTHER_TOKENIZERS,
  REQUIRED_PARTS,
} from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { assertSafePath } from "./safe_path.ts";

/** Which files are wanted. */
export interface Selection {
  /** Patterns, sorted so that equal requests are equal. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Whether the request itself names patterns, and so takes the choice of files on itself. */
  readonly isChosen: boolean;
}

/**
 * Reads the patterns of a request.
 *
 * @param usual what a request that includes nothing itself means
 */
export function selectionOf(
  request: {
    readonly include?: readonly string[] | undefined;
    readonly exclude?: readonly string[] | undefined;
  },
  usual: readonly string[] = DEFAULT_PATTERNS,
): Selection {
  const include = request.include ?? [];
  const exclude = request.exclude ?? [];
  return {
    include: (include.length === 0 ? usual : include).toSorted(),
    exclude: exclude.toSorted(),
    isChosen: include.length > 0 || exclude.length > 0,
  };
}

/**
 * Picks the wanted ones of a listing: `LAYOUT-SET`, `LAYOUT-PATTERN`, `LAYOUT-UNSAFE`.
 *
 * Every listed name that matches must be safe; others are never written and need not be. What lies in a hidden directory is
 * wanted only where a pattern names that directory: tools take their settings from such places.
 *
 * @throws {ModelError} `unsafe-path`
 */
export function selectFiles<File extends { readonly path: string }>(
  listed: readonly File[],
  selection: Selection,
): File[] {
  const isWanted = ({ path }: File) =>
    !isHidden(path, selection) &&
    selection.include.some((pattern) => fnmatch(pattern, path)) &&
    !selection.exclude.some((pattern) => fnmatch(pattern, path));
  // A path that is listed twice is one file.
  const byPath = new Map(listed.filter(isWanted).map((file) => [file.path, file]));
  const wanted = [...byPath.values()];
  for (const { path } of wanted) assertSafePath(path);
  return wanted;
}

/** Whether a path is in a hidden directory that no pattern names; git's own is refused by its name. */
function isHidden(path: string, { include }: Selection): boolean {
  const hidden = path
    .split("/")
    .slice(0, -1)
    .filter((name) => name.startsWith(".") && ![".", ".."].includes(name));
  return hidden.some(
    (name) => !isRefused(name) && !include.some((pattern) => names(pattern, name)),
  );
}

/** Names that are refused rather than left out: a repository that lists them is not to be trusted. */
function isRefused(name: string): boolean {
  try {
    assertSafePath(`${name}/x`);
    return false;
  } catch {
    return true;
  }
}

function names(pattern: string, directory: string): boolean {
  return pattern.split("/").some((part) => part.startsWith(".") && fnmatch(part, directory));
}

/** The required parts of a language model that a set of paths does not have: `LAYOUT-REQUIRED`. */
export function lackingParts(paths: readonly string[]): KindPart[] {
  return lackingKindParts("language", paths);
}

/**
 * Adds what a kind wants beyond the usual patterns, where the request itself chose none.
 *
 * @param paths all that the repository has; where none of them is a usual tokenizer, the others are wanted
 */
export function withKind(
  selection: Selection,
  kind: ModelKind,
  paths: readonly string[],
): Selection {
  if (selection.isChosen) return selection;
  const needsTokenizer = MODEL_KINDS[kind].some((part) => part === "tokenizer");
  const isUsual = (path: string) =>
    !path.includes("/") && REQUIRED_PARTS.tokenizer.some((pattern) => fnmatch(pattern, path));
  const others = needsTokenizer && !paths.some(isUsual) ? OTHER_TOKENIZERS : [];
  const more = [...(KIND_PATTERNS[kind] ?? []), ...others];
  const include = new Set([...selection.include, ...more]);
  return { ...selection, include: [...include].toSorted() };
}

/**
 * Names what the repository itself lacks, before anything of it is fetched: `LAYOUT-LACKS`.
 *
 * @throws {ModelError} `repository-incomplete`
 */
export function assertWhole(
  paths: readonly string[],
  { repository, kind = "language" }: { readonly repository: string; readonly kind?: ModelKind },
): void {
  const lacking = lackingKindParts(kind, paths);
  if (lacking.length === 0) return;
  const names = lacking.map((part) => `${part} (${KIND_PARTS[part].join(" or ")})`).join(", ");
  throw new ModelError(
    "repository-incomplete",
    `Cannot download "${repository}" as a model (${kind}): it has no ${names}; use another repository, or name the files that you want with --include`,
    { expected: lacking.map((part) => KIND_PARTS[part].join(" or ")).join(", ") },
  );
}
