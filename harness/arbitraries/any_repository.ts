import fc from "fast-check";

/** Letters, digits and `_` at both ends; dots and hyphens between them. */
const NAME_REGEXP = /^\w(?:[\w.-]*\w)?$/;

/** Names that Windows keeps for devices: legal on the hub, but a matter of its own. */
const DEVICE_REGEXP = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Longest name that the hub accepts. */
const NAME_LENGTH_MAX = 96;

/**
 * Draws repository ids `org/name` that the hub accepts, awkward ones among them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import fc from "fast-check";
 * import { anyRepository } from "mlx-conform/internal";
 *
 * const [id] = fc.sample(anyRepository(), 1);
 * assert.equal(id?.split("/").length, 2);
 * ```
 */
export function anyRepository(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.oneof(fc.constantFrom("mlx-community", "a", "Org_1", "0xA.b"), anyName(40)),
      fc.oneof(
        fc.constantFrom(
          "SmolLM-135M-Instruct-4bit",
          "b",
          "Qwen2.5-0.5B",
          "v1.0_x",
          "_x_",
          "n".repeat(NAME_LENGTH_MAX),
        ),
        anyName(NAME_LENGTH_MAX),
      ),
    )
    .map(([organization, name]) => `${organization}/${name}`);
}

/** Whether the hub accepts this as the name of an organization or repository. */
export function isRepositoryName(name: string): boolean {
  return (
    name.length <= NAME_LENGTH_MAX &&
    NAME_REGEXP.test(name) &&
    !/--|\.\.|\.git$|\.ipynb$/.test(name) &&
    !DEVICE_REGEXP.test(name)
  );
}

function anyName(lengthMax: number): fc.Arbitrary<string> {
  const letter = fc.constantFrom(...Array.from("abzAZ019_"));
  const separator = fc.constantFrom("-", ".", "_", "-.", ".-");
  return fc
    .array(fc.tuple(fc.string({ unit: letter, minLength: 1, maxLength: 24 }), separator), {
      minLength: 1,
      maxLength: 8,
    })
    .map((pairs) => pairs.map(([word, end], index) => word + (index + 1 < pairs.length ? end : "")))
    .map((words) =>
      words
        .join("")
        .slice(0, lengthMax)
        .replace(/[-.]+$/, ""),
    )
    .filter(isRepositoryName);
}
