/**
 * Tiny liars, which prove that the court sees.
 *
 * @module
 */

import { absoluteState } from "./absolute_state.ts";
import { acceptsDotDot } from "./accepts_dot_dot.ts";
import { answersCancelLate } from "./answers_cancel_late.ts";
import { asksAtOnce } from "./asks_at_once.ts";
import { asksBeforeItLists } from "./asks_before_it_lists.ts";
import { asksWhenOffline } from "./asks_when_offline.ts";
import { believesErrorHeaders } from "./believes_error_headers.ts";
import { blamesTheNetwork } from "./blames_the_network.ts";
import { callsAnythingLoadable } from "./calls_anything_loadable.ts";
import { callsDisksNetwork } from "./calls_disks_network.ts";
import { callsLockedPlacesFull } from "./calls_locked_places_full.ts";
import { callsWrongBytesInternal } from "./calls_wrong_bytes_internal.ts";
import { cannotGoBack } from "./cannot_go_back.ts";
import { chokesOnLongPartials } from "./chokes_on_long_partials.ts";
import { completeButRefused } from "./complete_but_refused.ts";
import { configBeforeWeights } from "./config_before_weights.ts";
import { countsEveryName } from "./counts_every_name.ts";
import { countsFromZero } from "./counts_from_zero.ts";
import { deletesOnFailure } from "./deletes_on_failure.ts";
import { doneThenFails } from "./done_then_fails.ts";
import { downloadsFlat } from "./downloads_flat.ts";
import { dropsAFile } from "./drops_a_file.ts";
import { emptyIsSet } from "./empty_is_set.ts";
import { encodesTwice } from "./encodes_twice.ts";
import { fetchesBeforeItLooks } from "./fetches_before_it_looks.ts";
import { fetchesOneMore } from "./fetches_one_more.ts";
import { followsBranchTwice } from "./follows_branch_twice.ts";
import { followsForEver } from "./follows_for_ever.ts";
import { forgetsLeftovers } from "./forgets_leftovers.ts";
import { forgetsMisplaced } from "./forgets_misplaced.ts";
import { forgetsOldTokenName } from "./forgets_old_token_name.ts";
import { generatesOtherTokens } from "./generates_other_tokens.ts";
import { givesUpAt416 } from "./gives_up_at_416.ts";
import { givesUpAtSecond403 } from "./gives_up_at_second_403.ts";
import { goesDirect } from "./goes_direct.ts";
import { hammers } from "./hammers.ts";
import { hidesWhatWasWrong } from "./hides_what_was_wrong.ts";
import { ignoresCacheVariables } from "./ignores_cache_variables.ts";
import { ignoresContentRange } from "./ignores_content_range.ts";
import { ignoresEndpoint } from "./ignores_endpoint.ts";
import { ignoresLayout } from "./ignores_layout.ts";
import { ignoresRoom } from "./ignores_room.ts";
import { keepsOneTwin } from "./keeps_one_twin.ts";
import { keepsStrays } from "./keeps_strays.ts";
import { knowsOneTokenizer } from "./knows_one_tokenizer.ts";
import { knowsTwoRedirects } from "./knows_two_redirects.ts";
import { leaksTokenToCdn } from "./leaks_token_to_cdn.ts";
import { leavesDamageToTheUser } from "./leaves_damage_to_the_user.ts";
import { leavesRunnersBehind } from "./leaves_runners_behind.ts";
import { linksAbsolutely } from "./links_absolutely.ts";
import { listsMadeUpModels } from "./lists_made_up_models.ts";
import { locatesElsewhere } from "./locates_elsewhere.ts";
import { makesParentsOnce } from "./makes_parents_once.ts";
import { markerFirst } from "./marker_first.ts";
import { markerInPlace } from "./marker_in_place.ts";
import { markerLastOut } from "./marker_last_out.ts";
import { markerNotKept } from "./marker_not_kept.ts";
import { markerNotSynced } from "./marker_not_synced.ts";
import { marksBeforeItKnows } from "./marks_before_it_knows.ts";
import { metadataFirstOut } from "./metadata_first_out.ts";
import { mindsOddNames } from "./minds_odd_names.ts";
import type { Miniature } from "./miniature.ts";
import { movesByCopy } from "./moves_by_copy.ts";
import { movesIntoDirectories } from "./moves_into_directories.ts";
import { namesAfterHeaders } from "./names_after_headers.ts";
import { namesByLastPart } from "./names_by_last_part.ts";
import { needsRoomThreeTimes } from "./needs_room_three_times.ts";
import { needsTheHub } from "./needs_the_hub.ts";
import { neverResumes } from "./never_resumes.ts";
import { neverSyncs } from "./never_syncs.ts";
import { noProgressOfAddresses } from "./no_progress_of_addresses.ts";
import { opensCode } from "./opens_code.ts";
import { opensElsewhere } from "./opens_elsewhere.ts";
import { opensOutside } from "./opens_outside.ts";
import { overlooks } from "./overlooks.ts";
import { overlooksALayout } from "./overlooks_a_layout.ts";
import { partialsInModelDirectory } from "./partials_in_model_directory.ts";
import { placesContentOnce } from "./places_content_once.ts";
import { plansEveryFile } from "./plans_every_file.ts";
import { printsToken } from "./prints_token.ts";
import { progressJumpsBack } from "./progress_jumps_back.ts";
import { publishesBeforeVerify } from "./publishes_before_verify.ts";
import { putsRemainsBack } from "./puts_remains_back.ts";
import { quotesEtags } from "./quotes_etags.ts";
import { readsEvicted } from "./reads_evicted.ts";
import { recoversOnce } from "./recovers_once.ts";
import { refFirst } from "./ref_first.ts";
import { refusesASecondTask } from "./refuses_a_second_task.ts";
import { remembersAddresses } from "./remembers_addresses.ts";
import { removesByPrefix } from "./removes_by_prefix.ts";
import { repairsEverything } from "./repairs_everything.ts";
import { reportsEndsOnly } from "./reports_ends_only.ts";
import { requestsDirectories } from "./requests_directories.ts";
import { resolvesTheRoot } from "./resolves_the_root.ts";
import { resumesByName } from "./resumes_by_name.ts";
import { retriesGated } from "./retries_gated.ts";
import { returnsElsewhere } from "./returns_elsewhere.ts";
import { returnsHalfModels } from "./returns_half_models.ts";
import { returnsThoughCancelled } from "./returns_though_cancelled.ts";
import { saysComplete } from "./says_complete.ts";
import { saysDoneEarly } from "./says_done_early.ts";
import { settlesForNoListing } from "./settles_for_no_listing.ts";
import { sharesPartial } from "./shares_partial.ts";
import { skipsHash } from "./skips_hash.ts";
import { starStopsAtSlash } from "./star_stops_at_slash.ts";
import { startsBeforeChecking } from "./starts_before_checking.ts";
import { stopsAtFirstPage } from "./stops_at_first_page.ts";
import { succeedsAndDeletes } from "./succeeds_and_deletes.ts";
import { swallowsBodies } from "./swallows_bodies.ts";
import { syncsAfterRename } from "./syncs_after_rename.ts";
import { syncsNoDirectory } from "./syncs_no_directory.ts";
import { takesCaseForSpelling } from "./takes_case_for_spelling.ts";
import { takesNarrowForWide } from "./takes_narrow_for_wide.ts";
import { takesNewName } from "./takes_new_name.ts";
import { takesSetFromIndex } from "./takes_set_from_index.ts";
import { tidiesUnknown } from "./tidies_unknown.ts";
import { tidiesUp } from "./tidies_up.ts";
import { touchesTheMarker } from "./touches_the_marker.ts";
import { transfersForEach } from "./transfers_for_each.ts";
import { trustsItsFirstAnswer } from "./trusts_its_first_answer.ts";
import { trustsTheRuntime } from "./trusts_the_runtime.ts";
import { verifiesNothing } from "./verifies_nothing.ts";
import { waitsForEver } from "./waits_for_ever.ts";
import { waitsForTheDead } from "./waits_for_the_dead.ts";
import { wantsAnIndex } from "./wants_an_index.ts";
import { wantsEveryHeader } from "./wants_every_header.ts";
import { wantsPartsOnly } from "./wants_parts_only.ts";
import { writesThroughLinks } from "./writes_through_links.ts";

export { type Miniature, wrapSubject } from "./miniature.ts";
export { neverSyncs } from "./never_syncs.ts";

/** Every miniature. */
export const miniatures: readonly Miniature[] = [
  absoluteState,
  acceptsDotDot,
  encodesTwice,
  followsBranchTwice,
  forgetsLeftovers,
  hammers,
  ignoresContentRange,
  keepsStrays,
  leaksTokenToCdn,
  markerFirst,
  neverResumes,
  partialsInModelDirectory,
  progressJumpsBack,
  publishesBeforeVerify,
  retriesGated,
  saysComplete,
  saysDoneEarly,
  settlesForNoListing,
  sharesPartial,
  skipsHash,
  starStopsAtSlash,
  stopsAtFirstPage,
  takesSetFromIndex,
  asksWhenOffline,
  callsAnythingLoadable,
  deletesOnFailure,
  emptyIsSet,
  followsForEver,
  forgetsOldTokenName,
  goesDirect,
  ignoresEndpoint,
  knowsTwoRedirects,
  needsTheHub,
  opensCode,
  opensOutside,
  printsToken,
  readsEvicted,
  requestsDirectories,
  returnsHalfModels,
  swallowsBodies,
  takesNewName,
  waitsForTheDead,
  wantsAnIndex,
  answersCancelLate,
  asksAtOnce,
  asksBeforeItLists,
  believesErrorHeaders,
  blamesTheNetwork,
  callsDisksNetwork,
  callsLockedPlacesFull,
  callsWrongBytesInternal,
  chokesOnLongPartials,
  completeButRefused,
  configBeforeWeights,
  countsEveryName,
  countsFromZero,
  doneThenFails,
  downloadsFlat,
  dropsAFile,
  fetchesBeforeItLooks,
  fetchesOneMore,
  forgetsMisplaced,
  givesUpAt416,
  hidesWhatWasWrong,
  ignoresLayout,
  ignoresRoom,
  keepsOneTwin,
  knowsOneTokenizer,
  leavesDamageToTheUser,
  listsMadeUpModels,
  locatesElsewhere,
  makesParentsOnce,
  markerLastOut,
  marksBeforeItKnows,
  metadataFirstOut,
  mindsOddNames,
  movesIntoDirectories,
  namesByLastPart,
  needsRoomThreeTimes,
  noProgressOfAddresses,
  opensElsewhere,
  overlooksALayout,
  placesContentOnce,
  putsRemainsBack,
  quotesEtags,
  refusesASecondTask,
  remembersAddresses,
  removesByPrefix,
  repairsEverything,
  reportsEndsOnly,
  resolvesTheRoot,
  resumesByName,
  returnsElsewhere,
  returnsThoughCancelled,
  succeedsAndDeletes,
  takesCaseForSpelling,
  takesNarrowForWide,
  tidiesUp,
  touchesTheMarker,
  transfersForEach,
  trustsItsFirstAnswer,
  verifiesNothing,
  wantsEveryHeader,
  wantsPartsOnly,
  writesThroughLinks,
  givesUpAtSecond403,
  namesAfterHeaders,
  ...overlooks,
  ignoresCacheVariables,
  linksAbsolutely,
  refFirst,
  tidiesUnknown,
  cannotGoBack,
  movesByCopy,
  neverSyncs,
  syncsNoDirectory,
  syncsAfterRename,
  markerNotSynced,
  markerInPlace,
  markerNotKept,
  recoversOnce,
  plansEveryFile,
  generatesOtherTokens,
  waitsForEver,
  leavesRunnersBehind,
  startsBeforeChecking,
  trustsTheRuntime,
];
