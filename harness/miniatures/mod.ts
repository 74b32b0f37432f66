/**
 * Tiny liars, which prove that the court sees.
 *
 * @module
 */

import { absoluteState } from "./absolute_state.ts";
import { acceptsDotDot } from "./accepts_dot_dot.ts";
import { encodesTwice } from "./encodes_twice.ts";
import { followsBranchTwice } from "./follows_branch_twice.ts";
import { forgetsLeftovers } from "./forgets_leftovers.ts";
import { hammers } from "./hammers.ts";
import { ignoresContentRange } from "./ignores_content_range.ts";
import { keepsStrays } from "./keeps_strays.ts";
import { leaksTokenToCdn } from "./leaks_token_to_cdn.ts";
import { markerFirst } from "./marker_first.ts";
import { neverResumes } from "./never_resumes.ts";
import { partialsInModelDirectory } from "./partials_in_model_directory.ts";
import { progressJumpsBack } from "./progress_jumps_back.ts";
import { publishesBeforeVerify } from "./publishes_before_verify.ts";
import { retriesGated } from "./retries_gated.ts";
import { saysComplete } from "./says_complete.ts";
import { saysDoneEarly } from "./says_done_early.ts";
import { sharesPartial } from "./shares_partial.ts";
import { skipsHash } from "./skips_hash.ts";
import { starStopsAtSlash } from "./star_stops_at_slash.ts";
import { stopsAtFirstPage } from "./stops_at_first_page.ts";
import { takesSetFromIndex } from "./takes_set_from_index.ts";
import { asksWhenOffline } from "./asks_when_offline.ts";
import { callsAnythingLoadable } from "./calls_anything_loadable.ts";
import { deletesOnFailure } from "./deletes_on_failure.ts";
import { emptyIsSet } from "./empty_is_set.ts";
import { followsForEver } from "./follows_for_ever.ts";
import { forgetsOldTokenName } from "./forgets_old_token_name.ts";
import { goesDirect } from "./goes_direct.ts";
import { ignoresEndpoint } from "./ignores_endpoint.ts";
import { knowsTwoRedirects } from "./knows_two_redirects.ts";
import { needsTheHub } from "./needs_the_hub.ts";
import { opensCode } from "./opens_code.ts";
import { opensOutside } from "./opens_outside.ts";
import { printsToken } from "./prints_token.ts";
import { readsEvicted } from "./reads_evicted.ts";
import { requestsDirectories } from "./requests_directories.ts";
import { returnsHalfModels } from "./returns_half_models.ts";
import { swallowsBodies } from "./swallows_bodies.ts";
import { takesNewName } from "./takes_new_name.ts";
import { waitsForTheDead } from "./waits_for_the_dead.ts";
import { wantsAnIndex } from "./wants_an_index.ts";
import type { Miniature } from "./miniature.ts";

export { type Miniature, wrapSubject } from "./miniature.ts";

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
];
