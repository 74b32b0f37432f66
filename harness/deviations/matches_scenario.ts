/**
 * Whether the name of a scenario matches a pattern of whole components: `*` is one of them, `**` any number, none included.
 *
 * @throws {RangeError} when a star is part of a component, as it might match future names by accident
 *
 * @example
 * ```ts
 * import { matchesScenario } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.ok(matchesScenario("download/resume", "download/*"));
 * assert.ok(!matchesScenario("download/resume", "download/res"));
 * ```
 */
export function matchesScenario(name: string, pattern: string): boolean {
  const parts = pattern.split("/");
  const odd = parts.find((part) => part.includes("*") && part !== "*" && part !== "**");
  if (odd !== undefined) {
    throw new RangeError(
      `Cannot match scenarios by "${pattern}": "*" stands for a whole component, and "${odd}" has it beside other characters`,
    );
  }
  return matches(name.split("/"), parts);
}

function matches(names: readonly string[], parts: readonly string[]): boolean {
  const [part, ...rest] = parts;
  if (part === undefined) return names.length === 0;
  if (part === "**") {
    return names.some((_, at) => matches(names.slice(at), rest)) || matches([], rest);
  }
  const [name, ...others] = names;
  return name !== undefined && (part === "*" || part === name) && matches(others, rest);
}
