/**
 * Scenarios about downloads.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { cancel } from "./caller/cancel.ts";
import { cancelAnywhere } from "./caller/cancel_anywhere.ts";
import { progress } from "./caller/progress.ts";
import { progressWithin } from "./caller/progress_within.ts";
import { progressOfSeveral } from "./caller/progress_of_several.ts";
import { severalAtOnce } from "./caller/several_at_once.ts";
import { errno } from "./disk/errno.ts";
import { exactRoom } from "./disk/exact_room.ts";
import { fullDisk } from "./disk/full_disk.ts";
import { keptFromWriting } from "./disk/kept_from_writing.ts";
import { openFiles } from "./disk/open_files.ts";
import { peak } from "./disk/peak.ts";
import { readOnlyPlace } from "./disk/read_only_place.ts";
import { refusedCalls } from "./disk/refused_calls.ts";
import { longName } from "./disk/long_name.ts";
import { roomForCopies } from "./disk/room_for_copies.ts";
import { smallVolume } from "./disk/small_volume.ts";
import { tooLittleRoom } from "./disk/too_little_room.ts";
import { unstatedLength } from "./disk/unstated_length.ts";
import { hiddenHashes } from "./integrity/hidden_hashes.ts";
import { idempotent } from "./integrity/idempotent.ts";
import { loginPage } from "./integrity/login_page.ts";
import { movingBranch } from "./integrity/moving_branch.ts";
import { movingOther } from "./integrity/moving_other.ts";
import { pinnedCommit } from "./integrity/pinned_commit.ts";
import { noMatch } from "./integrity/no_match.ts";
import { pageForAFile } from "./integrity/page_for_a_file.ts";
import { staleCommit } from "./integrity/stale_commit.ts";
import { sameSizeNewContent } from "./integrity/same_size_new_content.ts";
import { updateAlone } from "./integrity/update_alone.ts";
import { watchedDownload } from "./integrity/watched_download.ts";
import { watchedTrouble } from "./integrity/watched_trouble.ts";
import { wrongBytes } from "./integrity/wrong_bytes.ts";
import { deadLock } from "./resume/dead_lock.ts";
import { droppedConnections } from "./resume/dropped_connections.ts";
import { fullPart } from "./resume/full_part.ts";
import { killedAnyMoment } from "./resume/killed_any_moment.ts";
import { killedAnywhere } from "./resume/killed_anywhere.ts";
import { keptAhead } from "./resume/kept_ahead.ts";
import { largeFileBroken, largeFileElsewhere, largeFileKilled } from "./resume/large_file.ts";
import { resume, resumeAfterCancel } from "./resume/resume.ts";
import { resumeAnswers } from "./resume/resume_answers.ts";
import { wrongPart } from "./resume/wrong_part.ts";
import { askedPauses } from "./retry/asked_pauses.ts";
import { distinctErrorCodes } from "./retry/distinct_error_codes.ts";
import { drippingLine } from "./retry/dripping_line.ts";
import { errorFacts } from "./retry/error_facts.ts";
import { expiredMidway } from "./retry/expired_midway.ts";
import { expiringAddresses } from "./retry/expiring_addresses.ts";
import { fewHeaders } from "./retry/few_headers.ts";
import { passingFaults } from "./retry/passing_faults.ts";
import { permanentFaults } from "./retry/permanent_faults.ts";
import { breakingLine } from "./retry/breaking_line.ts";
import { retries, retryAfter } from "./retry/retries.ts";
import { tooManyAtOnce } from "./retry/too_many_at_once.ts";
import { anyAddress } from "./routes/any_address.ts";
import { anyPage } from "./routes/any_page.ts";
import { anyServer } from "./routes/any_server.ts";
import { delegated } from "./routes/delegated.ts";
import { nonMlxSource } from "./routes/non_mlx_source.ts";
import { nonMlxSourceWatched } from "./routes/non_mlx_source_watched.ts";

/** Scenarios of this area. */
export const downloadScenarios: readonly Scenario[] = [
  wrongBytes,
  loginPage,
  watchedDownload,
  watchedTrouble,
  movingBranch,
  movingOther,
  pinnedCommit,
  staleCommit,
  pageForAFile,
  noMatch,
  resume,
  droppedConnections,
  killedAnywhere,
  killedAnyMoment,
  largeFileKilled,
  keptAhead,
  largeFileBroken,
  largeFileElsewhere,
  resumeAfterCancel,
  ...resumeAnswers,
  wrongPart,
  fullPart,
  sameSizeNewContent,
  hiddenHashes,
  updateAlone,
  idempotent,
  cancel,
  cancelAnywhere,
  progress,
  progressWithin,
  progressOfSeveral,
  severalAtOnce,
  deadLock,
  retries,
  breakingLine,
  retryAfter,
  askedPauses,
  tooManyAtOnce,
  distinctErrorCodes,
  permanentFaults,
  passingFaults,
  expiringAddresses,
  expiredMidway,
  fewHeaders,
  errorFacts,
  fullDisk,
  errno,
  refusedCalls,
  readOnlyPlace,
  longName,
  smallVolume,
  tooLittleRoom,
  unstatedLength,
  drippingLine,
  exactRoom,
  roomForCopies,
  openFiles,
  peak,
  nonMlxSource,
  anyAddress,
  anyServer,
  anyPage,
  nonMlxSourceWatched,
  keptFromWriting,
  delegated,
];
