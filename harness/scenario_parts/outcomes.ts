import { inspect } from "node:util";
import { asFailure } from "../scenario/verdict.ts";

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
export function namesFile(text: string, path: string): boolean {
  const escaped = path.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`(?<![\\w.-])${escaped}(?![\\w-]|\\.\\w)`, "u").test(text);
}

/** The reason for which an action rejects, or undefined where it succeeds. */
export async function errorOf(action: () => Promise<unknown>): Promise<unknown> {
  return action().then(
    () => undefined,
    (reason: unknown) => reason,
  );
}
