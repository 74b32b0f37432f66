import { inspect } from "node:util";
import type { DownloadResult } from "../../spec/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import type { World } from "../worlds/world.ts";

/**
 * Waits for an answer of the subject where either outcome is right.
 *
 * @returns the answer, or undefined when it failed with a code of the closed set
 * @throws what is not a failure of the subject, or one without a code
 */
export async function settled<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (asFailure(error) === undefined) throw error;
    return undefined;
  }
}

/** Whether the subject refuses something with a code of the closed set; an answer without a value is an answer too. */
export async function isRefused(action: () => Promise<unknown>): Promise<boolean> {
  const ended = await settled(async () => {
    await action();
    return "answered";
  });
  return ended === undefined;
}

/**
 * Carries out something through trouble that comes once. A program that gives up is asked again, as its user would do: whether
 * it tries again by itself is for the requirements about retries, and those about what follows can be judged all the same.
 */
export async function throughTrouble<T>(
  world: Pick<World, "kind">,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (world.kind !== "process" || asFailure(error) === undefined) throw error;
    return action();
  }
}

/** Whether a result is of a commit, as far as it says so: a program need not. What is on the disk decides then. */
export function isOfCommit(
  world: Pick<World, "kind">,
  { commit }: Pick<DownloadResult, "commit">,
  ...commits: readonly string[]
): boolean {
  return commits.includes(commit) || (commit === "" && world.kind === "process");
}

/** Everything that a value shows when it is printed: text, stack, fields, causes, at any depth. */
export function textOf(value: unknown): string {
  return inspect(value, {
    depth: Number.POSITIVE_INFINITY,
    maxArrayLength: null,
    maxStringLength: null,
    showHidden: true,
  });
}

/** Whether a text names a file by its path, and not only one whose name ends or begins alike. */
export function namesFile(
  text: string,
  path: string,
  { others }: { readonly others?: readonly string[] } = {},
): boolean {
  const escaped = path.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const names = text.matchAll(new RegExp(`(?<![\\w.-])${escaped}((?:[\\w-]|\\.\\w)*)`, "gu"));
  return [...names].some(
    ([name, ending]) => ending === "" || (others !== undefined && !others.includes(name)),
  );
}

/** The reason for which an action rejects, or undefined where it succeeds. */
export async function errorOf(action: () => Promise<unknown>): Promise<unknown> {
  return action().then(
    () => undefined,
    (reason: unknown) => reason,
  );
}
