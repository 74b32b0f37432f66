import type { DownloadRequest, WaitOptions } from "../../spec/mod.ts";
import { type KillPoint } from "../worlds/process_gate.ts";
import { ProcessKilled } from "../errors.ts";
import type { StartOptions, World } from "../worlds/world.ts";

/** Options of {@linkcode killDownload}. */
export interface KillDownloadOptions {
  readonly at: KillPoint;
  readonly start?: StartOptions;
  readonly waiting?: WaitOptions;
}

/**
 * Starts a process that downloads and dies at a point.
 *
 * @returns whether it died before its end; a failure of the subject is not caught
 */
export async function killDownload(
  world: World,
  request: DownloadRequest,
  options: KillDownloadOptions,
): Promise<boolean> {
  const subject = world.start(options.start);
  subject.killAt(options.at);
  try {
    await subject.download(request, options.waiting);
    return false;
  } catch (error) {
    if (!(error instanceof ProcessKilled)) throw error;
    await world.settle();
    return true;
  } finally {
    await subject.kill();
  }
}
