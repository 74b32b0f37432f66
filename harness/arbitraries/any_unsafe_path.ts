import fc from "fast-check";

/**
 * Hostile shapes of a path; `%` stands for a file name that the default patterns want, so that no
 * filter spares a client the decision.
 */
export const UNSAFE_PATH_SHAPES = {
  parent: ["../%", "a/../../%", "a/b/../../../%", "a/../%"],
  absolute: ["/%", "/etc/%", "//%"],
  drive: ["C:/%", "C:\\%", "c:%", "C:\\..\\%"],
  unc: ["\\\\server\\share\\%", "//server/share/%", "\\\\?\\C:\\%"],
  backslash: ["a\\%", "..\\%", "a\\..\\..\\%", "\\%"],
  nul: ["a\0%", "\0%", "a/\0/%"],
  empty: ["a//%", "a/b///%"],
  dot: ["./%", "a/./%"],
  reserved: [
    "CON.json",
    "aux.safetensors",
    "a/nul.json",
    "Com1.json",
    "LPT9.json",
    "PRN/%",
    "nul.tar.json",
    "a/Aux.v2.safetensors",
  ],
} as const satisfies Record<string, readonly string[]>;

/** Why a path is unsafe. */
export type UnsafePathKind = keyof typeof UNSAFE_PATH_SHAPES;

/** What a drawn unsafe path must be. */
export interface UnsafePathOptions {
  /** @default {all kinds} */
  readonly kinds?: readonly UnsafePathKind[];
}

/**
 * Draws names that a hub must never make a client write: `LAYOUT-UNSAFE`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import fc from "fast-check";
 * import { anyUnsafePath } from "mlx-conform/internal";
 *
 * const paths = fc.sample(anyUnsafePath({ kinds: ["absolute"] }), 5);
 * assert.ok(paths.every((path) => path.startsWith("/")));
 * ```
 */
export function anyUnsafePath(options: UnsafePathOptions = {}): fc.Arbitrary<string> {
  const shapes = Object.entries(UNSAFE_PATH_SHAPES)
    .filter(([kind]) => options.kinds?.some((one) => one === kind) ?? true)
    .flatMap(([, list]): readonly string[] => list);
  return fc
    .tuple(fc.constantFrom(...shapes), fc.constantFrom("evil.json", "model.safetensors"))
    .map(([shape, name]) => shape.replace("%", name));
}

/** Draws paths with a component that no usual disk has room for: more than 255 bytes. */
export function anyTooLongPath(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom("l", "é", "漢"), fc.integer({ min: 256, max: 600 }), fc.boolean())
    .map(([letter, bytes, nested]) => {
      const name = letter.repeat(Math.ceil(bytes / Buffer.byteLength(letter)));
      return nested ? `${name}/f.json` : `${name}.json`;
    });
}
