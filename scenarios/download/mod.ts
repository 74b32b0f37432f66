/**
 * Scenarios about downloads.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { cancel } from "./cancel.ts";
import { deadLock } from "./dead_lock.ts";
import { expiringAddresses } from "./expiring_addresses.ts";
import { fewHeaders } from "./few_headers.ts";
import { fullDisk } from "./full_disk.ts";
import { idempotent } from "./idempotent.ts";
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
  movingBranch,
  resume,
  resumeAfterCancel,
  resumeWrongRange,
  resumeWholeFile,
  resumeUnwedged,
  resumeChanged,
  idempotent,
  cancel,
  progress,
  severalAtOnce,
  deadLock,
  retries,
  retryAfter,
  toldApart,
  expiringAddresses,
  fewHeaders,
  fullDisk,
  tooLittleRoom,
  peak,
  otherWay,
];
