/**
 * The frozen sets as the command line names them.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { REQUIREMENT_SETS, type RequirementSet } from "../../../spec/sets/mod.ts";

/**
 * The set that was frozen last.
 *
 * @throws {RangeError} when there is none
 */
export function newestSet(): RequirementSet {
  const newest = REQUIREMENT_SETS.at(-1)?.set;
  if (newest === undefined) throw new RangeError("Cannot find a frozen set: there is none");
  return newest;
}

/** Reads `--set` of a command that can do without: the name of a set, a file that ends with `.json`, or `none`. */
export function parseSet(text: string): RequirementSet | "none" {
  return text === "none" ? text : parseFrozenSet(text);
}

/** Reads `--set` of a command that needs one. */
export function parseFrozenSet(text: string): RequirementSet {
  if (text.endsWith(".json")) return readSet(text);
  const names = REQUIREMENT_SETS.map(({ set }) => set.name);
  const found = REQUIREMENT_SETS.find(({ set }) => set.name === text)?.set;
  if (found === undefined)
    throw new InvalidArgumentError(`It is no frozen set; there are ${names.join(", ")}.`);
  return found;
}

function readSet(path: string): RequirementSet {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new InvalidArgumentError(
      `Cannot read the set "${path}": ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
  if (!isSet(value)) throw new InvalidArgumentError(`"${path}" is no set of requirements.`);
  return value;
}

function isSet(value: unknown): value is RequirementSet {
  const { name, frozen, suite, requirements } = (value ?? {}) as Record<string, unknown>;
  return (
    [name, frozen, suite].every((text) => typeof text === "string") &&
    typeof requirements === "object" &&
    requirements !== null &&
    Object.values(requirements).every(
      (one) => typeof one === "object" && one !== null && "level" in one && "profile" in one,
    )
  );
}
