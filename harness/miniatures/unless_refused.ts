/**
 * Does what a lie takes; where the disk refuses that, the liar stays honest. What a refusal is to be called is the
 * subject's own promise, and no lie's business.
 */
export async function unlessRefused<T>(action: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
    if (typeof code === "string" && /^E[A-Z]+$/.test(code)) return otherwise;
    throw error;
  }
}
