/**
 * Miniatures: small subjects with one mistake each, which prove that the scenarios find it.
 *
 * A file of this folder holds those of one area. To add one, write `miniature("its_name", { mistake, breaks, … })` into
 * the list of its area. It must fail the requirements in `breaks` and no others; `mlx-conform miniatures` checks that.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { miniatureNamed, miniatures } from "mlx-conform/internal";
 *
 * const neverResumes = miniatureNamed("never_resumes");
 * assert.ok(neverResumes.breaks.includes("DL-RESUME-ONCE"));
 * assert.ok(miniatures.includes(neverResumes));
 * ```
 *
 * @module
 */

import { HarnessError } from "../errors.ts";
import { claimMiniatures } from "./claims.ts";
import { commandMiniatures } from "./commands.ts";
import { commitMiniatures } from "./commits.ts";
import { connectionMiniatures } from "./connections.ts";
import { diskLimitMiniatures } from "./disk_limits.ts";
import { durabilityMiniatures } from "./durability.ts";
import { environmentMiniatures } from "./environment.ts";
import { fileSetMiniatures } from "./file_sets.ts";
import { findingMiniatures } from "./stores/finding.ts";
import { hubCacheMiniatures } from "./hub_cache.ts";
import { hubProtocolMiniatures } from "./hub_protocol.ts";
import { inferenceMiniatures } from "./load/inference.ts";
import { integrityMiniatures } from "./integrity.ts";
import { loadingMiniatures } from "./load/loading.ts";
import { managingMiniatures } from "./managing.ts";
import { markerMiniatures } from "./markers.ts";
import type { Miniature } from "./miniature.ts";
import { movingMiniatures } from "./stores/moving.ts";
import { nameMiniatures } from "./names.ts";
import { hastyCheckMiniatures } from "./load/hasty_checks.ts";
import { narrowCaseMiniatures } from "./load/narrow_cases.ts";
import { narrowCheckMiniatures } from "./load/narrow_checks.ts";
import { narrowRunMiniatures } from "./load/narrow_runs.ts";
import { offlineMiniatures } from "./offline.ts";
import { oneCopyMiniatures } from "./stores/one_copy.ts";
import { runnerProcessMiniatures } from "./load/runner_processes.ts";
import { otherPlaceMiniatures } from "./stores/other_places.ts";
import { unusualStoreMiniatures } from "./stores/unusual_stores.ts";
import { shareStepMiniatures } from "./stores/share_steps.ts";
import { overlookedFindingMiniatures } from "./load/overlooked_findings.ts";
import { oneFormMiniatures } from "./one_form.ts";
import { placeMiniatures } from "./places.ts";
import { progressMiniatures } from "./progress.ts";
import { publishingMiniatures } from "./publishing.ts";
import { plantedMiniatures } from "./planted.ts";
import { rareCaseMiniatures } from "./rare_cases.ts";
import { readingTextMiniatures } from "./load/reading_text.ts";
import { removingMiniatures } from "./removing.ts";
import { repairingMiniatures } from "./repairing.ts";
import { resumingMiniatures } from "./resuming.ts";
import { retryingMiniatures } from "./retrying.ts";
import { servingMiniatures } from "./stores/serving.ts";
import { servingFileMiniatures } from "./stores/serving_files.ts";
import { servingRecordMiniatures } from "./stores/serving_records.ts";
import { sharingMiniatures } from "./sharing.ts";
import { tokenMiniatures } from "./tokens.ts";
import { verdictMiniatures } from "./load/verdicts.ts";

export {
  type Miniature,
  miniature,
  type MiniatureOptions,
  type MiniatureWrapper,
  type StartedWith,
} from "./miniature.ts";

/** Every miniature, area by area. No result depends on their order. */
export const miniatures: readonly Miniature[] = [
  ...commitMiniatures,
  ...fileSetMiniatures,
  ...placeMiniatures,
  ...commandMiniatures,
  ...findingMiniatures,
  ...nameMiniatures,
  ...integrityMiniatures,
  ...resumingMiniatures,
  ...retryingMiniatures,
  ...publishingMiniatures,
  ...sharingMiniatures,
  ...claimMiniatures,
  ...progressMiniatures,
  ...diskLimitMiniatures,
  ...repairingMiniatures,
  ...durabilityMiniatures,
  ...markerMiniatures,
  ...offlineMiniatures,
  ...oneCopyMiniatures,
  ...shareStepMiniatures,
  ...unusualStoreMiniatures,
  ...otherPlaceMiniatures,
  ...environmentMiniatures,
  ...connectionMiniatures,
  ...hubProtocolMiniatures,
  ...tokenMiniatures,
  ...verdictMiniatures,
  ...hubCacheMiniatures,
  ...managingMiniatures,
  ...movingMiniatures,
  ...plantedMiniatures,
  ...oneFormMiniatures,
  ...rareCaseMiniatures,
  ...removingMiniatures,
  ...servingMiniatures,
  ...servingFileMiniatures,
  ...servingRecordMiniatures,
  ...loadingMiniatures,
  ...overlookedFindingMiniatures,
  ...hastyCheckMiniatures,
  ...narrowCaseMiniatures,
  ...narrowCheckMiniatures,
  ...narrowRunMiniatures,
  ...runnerProcessMiniatures,
  ...readingTextMiniatures,
  ...inferenceMiniatures,
];

/**
 * Finds a miniature by its name.
 *
 * @throws {HarnessError} when there is no miniature of that name
 */
export function miniatureNamed(name: string): Miniature {
  const found = miniatures.find((one) => one.name === name);
  if (found === undefined)
    throw new HarnessError(`Cannot find miniature "${name}": there is no such miniature`);
  return found;
}
