import { asFailure } from "../scenario/verdict.ts";

/**
 * Waits for an answer of the subject where either outcome is right.
 *
 * @returns the answer, or undefined when it failed with a code of the closed set
 * @throws what is no failure of the subject, or one without a code
 */
export async function settled<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (asFailure(error) === undefined) throw error;
    return undefined;
  }
}
