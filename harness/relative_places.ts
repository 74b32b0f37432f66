import { homedir, tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

/** What stands between the temporary directory and what a scenario knows of its world. */
const WORLD = String.raw`/mlx-layout-(?:world|subject)-\w+(?:/1/2/3/4/5/6)?`;
const SUITE = fileURLToPath(new URL("..", import.meta.url));

/** Where a run takes place. */
export interface RunPlaces {
  /** @default {the directory of this process} */
  readonly cwd?: string;
  /** @default {that of the user} */
  readonly home?: string;
  /** @default {that of the system} */
  readonly temporary?: string;
}

/**
 * Rewrites the absolute paths of this machine in a text that others will read. What lies in the world of a case is named from
 * there, what lies below the working directory from that; the suite, the home and the temporary directory get names.
 *
 * @example
 * ```ts
 * import { relativePlaces } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * const text = relativePlaces("python3 /home/ann/client/adapter.py", { cwd: "/home/ann/client" });
 * assert.equal(text, "python3 adapter.py");
 * ```
 */
export function relativePlaces(text: string, places: RunPlaces = {}): string {
  const { cwd = process.cwd(), home = homedir(), temporary = tmpdir() } = places;
  const steps: readonly (readonly [place: string, name: string, inside?: string])[] = [
    [temporary, "", WORLD],
    // On macOS the temporary directory has a second name.
    [`/private${temporary}`, "", WORLD],
    [cwd, ""],
    [SUITE.replace(/[/\\]$/, ""), "suite/"],
    [temporary, "tmp/"],
    [home, "~/"],
  ];
  return steps.reduce((before, [place, name, inside = ""]) => {
    // A root is no place of anybody.
    if (place.length < 2) return before;
    const escaped = place.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
    const pattern = new RegExp(
      String.raw`(?<![\w.~<>-])(?:file://)?${escaped}${inside}(?:[/\\]|(?![\w.-]))`,
      "g",
    );
    return before.replaceAll(pattern, (found) =>
      /[/\\]$/.test(found) ? name : name.replace(/\/$/, "") || ".",
    );
  }, text);
}
