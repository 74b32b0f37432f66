/**
 * Parsers of option values. Every command of `mlx-conform` reads integers, seeds, choices, durations and shards by these.
 *
 * @module
 */

import { InvalidArgumentError } from "commander";
import type { Shard } from "../../harness/suite/run_suite.ts";
import { positiveInteger } from "../../src/cli/parse_options.ts";
import { didYouMean } from "./did_you_mean.ts";

/** Longest soak, in minutes. */
const MINUTES_MAX = 100_000;

/** Reads a count. @throws {InvalidArgumentError} which commander shows as wrong usage */
export const parsePositiveInteger = positiveInteger(999_999_999);

/** Reads a number that may be 0, with as many digits as the number of a CI run. @throws {InvalidArgumentError} */
export function parseInteger(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a non-negative integer.");
}

/** Makes the parser of a seed: an integer, or `random` for a fresh one. */
export function seedParser(random: () => number): (text: string) => number {
  return (text) => {
    if (text === "random") return freshSeed(random);
    if (/^\d{1,10}$/.test(text)) return Number(text);
    throw new InvalidArgumentError(`Expected a non-negative integer, or "random".`);
  };
}

/** A seed that nobody chose. */
export function freshSeed(random: () => number): number {
  return Math.floor(random() * 2 ** 31);
}

/** Reads a duration in minutes, which may be a fraction. @throws {InvalidArgumentError} */
export function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (text.trim() !== "" && minutes > 0 && minutes <= MINUTES_MAX) return minutes;
  throw new InvalidArgumentError("Expected a positive number of minutes.");
}

/** Reads which part of a run is wanted, such as `1/4`. @throws {InvalidArgumentError} */
export function parseShard(text: string): Shard {
  const [, index = "", count = ""] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? [];
  if (index === "" || Number(index) > Number(count))
    throw new InvalidArgumentError("Expected a shard and the number of shards, such as 1/4.");
  return { index: Number(index), count: Number(count) };
}

/** Makes the parser of one of several names. */
export function choiceParser<Name extends string>(names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const name = names.find((other) => other === text);
    if (name === undefined)
      throw new InvalidArgumentError(
        `Expected one of ${names.join(", ")}.${didYouMean(text, names)}`,
      );
    return name;
  };
}

/** Makes the parser of an option that may be repeated, each time with one of several names. */
export function choicesParser<Name extends string>(
  names: readonly Name[],
): (text: string, before?: readonly Name[]) => readonly Name[] {
  const parse = choiceParser(names);
  return (text, before = []) => [...new Set([...before, parse(text)])];
}

/** Reads the value of an option that may be repeated. */
export function collectText(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
