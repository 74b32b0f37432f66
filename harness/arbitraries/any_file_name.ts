import fc from "fast-check";

/** What a drawn file name must be. */
export interface FileNameOptions {
  /** How it ends. @default {".json"} */
  readonly extension?: ".json" | ".safetensors" | ".txt";
  /** Longest component in bytes of UTF-8, so that a downloader can add to it. @default {180} */
  readonly componentBytesMax?: number;
}

const AWKWARD_STEMS = [
  "a",
  "with space",
  " leading space",
  "100%",
  "a%20b",
  "a%2Fb",
  "%2e%2e",
  "part#1",
  "why?",
  "[1]",
  "a+b",
  "x&y=z",
  "{0}",
  "$HOME",
  "it's",
  "semi;colon",
  "-rf",
  "~tilde",
  "@at",
  "gr\u00f6\u00dfe",
  "gro\u0308\u00dfe",
  "漢字",
  "🙂",
  ".hidden",
  "..two dots",
  "dots.in.it",
  "Upper",
] as const;

/**
 * Draws repository paths that are legal and safe on every disk but easily mishandled.
 *
 * A directory never has the name of a drawn file, and none has the name of a file that makes a model.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import fc from "fast-check";
 * import { anyFileName } from "mlx-conform/internal";
 *
 * const paths = fc.sample(anyFileName({ extension: ".txt" }), 20);
 * assert.ok(paths.every((path) => path.endsWith(".txt")));
 * ```
 */
export function anyFileName(options: FileNameOptions = {}): fc.Arbitrary<string> {
  const { extension = ".json", componentBytesMax = 180 } = options;
  const long = fc
    .tuple(fc.constantFrom("l", "é", "漢"), fc.constantFrom(40, componentBytesMax))
    .map(([letter, bytes]) => {
      const room = Math.min(bytes, componentBytesMax - extension.length);
      return letter.repeat(Math.max(Math.floor(room / Buffer.byteLength(letter)), 1));
    });
  const stem = fc.oneof(
    { arbitrary: fc.constantFrom(...AWKWARD_STEMS), weight: 6 },
    {
      arbitrary: fc.string({
        unit: fc.constantFrom(...Array.from("aZ0 _-%#&+é")),
        minLength: 1,
        maxLength: 20,
      }),
      weight: 2,
    },
    { arbitrary: long, weight: 1 },
  );
  const directories = fc.oneof(
    { arbitrary: fc.constant<string[]>([]), weight: 3 },
    // Hidden directories are not wanted unless a pattern names them: `LAYOUT-GIT`.
    {
      arbitrary: fc.array(
        stem.filter((name) => !name.startsWith(".")),
        { minLength: 1, maxLength: 3 },
      ),
      weight: 2,
    },
    { arbitrary: fc.constant(Array.from({ length: 12 }, (_, depth) => `d${depth}`)), weight: 1 },
  );
  return fc
    .tuple(directories, stem)
    .map(([parents, name]) => [...parents.map(directoryName), name + extension].join("/"));
}

/** Draws several paths that stay apart on a volume that ignores case and normalization. */
export function anyFileNames(
  options: FileNameOptions & { readonly countMax?: number } = {},
): fc.Arbitrary<string[]> {
  return fc.array(anyFileName(options), { maxLength: options.countMax ?? 5 }).map((paths) => {
    const spellings = new Map<string, string>();
    return [...new Set(paths)].filter((path) => {
      const parts = path.split("/");
      const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
      // Directories count too: two spellings of one directory clash as two files do.
      const clashes = prefixes.some(
        (prefix) => (spellings.get(folded(prefix)) ?? prefix) !== prefix,
      );
      if (!clashes) {
        prefixes.forEach((prefix) => spellings.set(folded(prefix), prefix));
      }
      return !clashes;
    });
  });
}

function folded(path: string): string {
  return path.normalize("NFD").toLowerCase();
}

/** A blank or a dot at the end of a name is lost on some disks. */
function directoryName(stem: string): string {
  return stem.replace(/[ .]+$/, "_");
}
