/** Knows whether any of some calls is under way. */
export class ActiveCalls {
  #count = 0;

  /** Whether a call is under way. */
  get isAny(): boolean {
    return this.#count > 0;
  }

  /** Runs a call; it counts as under way until it has settled. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    this.#count++;
    try {
      return await call();
    } finally {
      this.#count--;
    }
  }
}
