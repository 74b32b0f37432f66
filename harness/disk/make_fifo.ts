import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { NotApplicable } from "../errors.ts";

/**
 * Makes a FIFO on the machine's own disk.
 *
 * @throws {NotApplicable} where the system or the volume has none
 */
export async function makeFifo(path: string): Promise<void> {
  try {
    await promisify(execFile)("mkfifo", [path]);
  } catch (error) {
    throw new NotApplicable(`no FIFO can be made here (${String(error)})`);
  }
}
