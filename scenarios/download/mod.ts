/**
 * Scenarios about downloads.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { delegated } from "./delegated.ts";
import { askedPauses } from "./asked_pauses.ts";
import { brokenLine } from "./broken_line.ts";
import { cancelAnywhere } from "./cancel_anywhere.ts";
import { changedAlike } from "./changed_alike.ts";
import { errno } from "./errno.ts";
import { errorFacts } from "./error_facts.ts";
import { exactRoom } from "./exact_room.ts";
import { expiredMidway } from "./expired_midway.ts";
import { fullPart, wrongPart } from "./odd_parts.ts";
import { otherWayWatched } from "./other_way_watched.ts";
import { progressOfSeveral } from "./progress_of_several.ts";
import { readOnlyPlace } from "./read_only_place.ts";
import { refusedCalls } from "./refused_calls.ts";
import { watchedTrouble } from "./watched_trouble.ts";
import { cancel } from "./cancel.ts";
import { deadLock } from "./dead_lock.ts";
import { expiringAddresses } from "./expiring_addresses.ts";
import { fewHeaders } from "./few_headers.ts";
import { fullDisk } from "./full_disk.ts";
import { idempotent } from "./idempotent.ts";
import { keptFromWriting } from "./kept_from_writing.ts";
import { killedAnyMoment } from "./killed_any_moment.ts";
import { largeFileBroken, largeFileElsewhere, largeFileKilled } from "./large_file.ts";
import { killedAnywhere } from "./killed_anywhere.ts";
import { loginPage } from "./login_page.ts";
import { movingBranch } from "./moving_branch.ts";
import { otherWay } from "./other_way.ts";
import { peak } from "./peak.ts";
import { progress } from "./progress.ts";
import { resume, resumeAfterCancel } from "./resume.ts";
import {
  resumeChanged,
  resumeUnwedged,
  resumeWholeFile,
  resumeWrongRange,
} from "./resume_answers.ts";
import { retries, retryAfter } from "./retries.ts";
import { smallVolume } from "./small_volume.ts";
import { severalAtOnce } from "./several_at_once.ts";
import { tooLittleRoom } from "./too_little_room.ts";
import { toldApart } from "./told_apart.ts";
import { watchedDownload } from "./watched_download.ts";
import { wrongBytes } from "./wrong_bytes.ts";

/** Scenarios of this area. */
export const downloadScenarios: readonly Scenario[] = [
  wrongBytes,
  loginPage,
  watchedDownload,
  watchedTrouble,
  movingBranch,
  resume,
  brokenLine,
  killedAnywhere,
  killedAnyMoment,
  largeFileKilled,
  largeFileBroken,
  largeFileElsewhere,
  resumeAfterCancel,
  resumeWrongRange,
  wrongPart,
  resumeWholeFile,
  resumeUnwedged,
  fullPart,
  resumeChanged,
  changedAlike,
  idempotent,
  cancel,
  cancelAnywhere,
  progress,
  progressOfSeveral,
  severalAtOnce,
  deadLock,
  retries,
  retryAfter,
  askedPauses,
  toldApart,
  expiringAddresses,
  expiredMidway,
  fewHeaders,
  errorFacts,
  fullDisk,
  errno,
  refusedCalls,
  readOnlyPlace,
  smallVolume,
  tooLittleRoom,
  exactRoom,
  peak,
  otherWay,
  otherWayWatched,
  keptFromWriting,
  delegated,
];
