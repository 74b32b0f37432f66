import { diskError } from "../../disk/disk_error.ts";

/** Makes a call of the disk for a file that is written. @throws {ModelError} that names it, where the disk fails */
export async function attemptWrite<T>(action: () => Promise<T>, path: string): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw diskError(error, `write "${path}"`);
  }
}
