import type { Marker } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import type { DownloadTask } from "./download_task.ts";

/** Another process has finished another commit in the place since the hub was asked, so that its answer may be old. */
export class SupersededError extends ModelError {}

/**
 * Refuses to put an earlier commit back over what another process finished while this one stood still: `DL-FENCED`.
 *
 * @param marker that of the place, read under the claim
 * @throws {SupersededError} `claim-lost`
 */
export function assertNotSuperseded(task: DownloadTask, marker: Marker | undefined): void {
  const { source, revision, commit, placeWhenAsked } = task;
  if (placeWhenAsked === undefined || marker === undefined) return;
  const isOfTheSame = marker.source === source && marker.revision === revision;
  if (!isOfTheSame || [commit, placeWhenAsked.commit].includes(marker.commit)) return;
  throw new SupersededError(
    "claim-lost",
    `Cannot download "${source}": another process has finished commit ${marker.commit} of "${revision}" meanwhile; run the command again`,
  );
}
