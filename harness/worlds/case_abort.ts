import { HarnessError, NotApplicable } from "../errors.ts";

/** What keeps a case from being judged, or has shown its end already. */
export class CaseAbort {
  readonly #onObstacle: (() => void) | undefined;
  #obstacle: Error | undefined;
  #lookFailure: Error | undefined;

  constructor(onObstacle: (() => void) | undefined) {
    this.#onObstacle = onObstacle;
  }

  /** The first thing for which the case cannot be judged. */
  get obstacle(): Error | undefined {
    return this.#obstacle;
  }

  /** What an observer's look has ended with, if it failed. */
  get lookFailure(): Error | undefined {
    return this.#lookFailure;
  }

  hinder(error: Error): void {
    if (this.#obstacle === undefined) this.#onObstacle?.();
    this.#obstacle ??= error;
  }

  /** @throws {NotApplicable} always */
  refuse(why: string): never {
    const error = new NotApplicable(why);
    this.hinder(error);
    throw error;
  }

  /** Lets an observer look; a look that fails never rejects here, where nobody would hear of it. */
  async observe(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      this.#lookFailure ??=
        error instanceof Error ? error : new HarnessError(`Cannot look: ${String(error)}`);
    }
  }
}
