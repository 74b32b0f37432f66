/**
 * Scenarios about `hub`.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { anyHubStyle } from "./any_style.ts";
import { emptyVariables } from "./empty_variables.ts";
import { endlessListing } from "./endless_listing.ts";
import { endlessRedirects } from "./endless_redirects.ts";
import { environment } from "./environment.ts";
import { hostile } from "./hostile.ts";
import { inflatingBody } from "./inflating_body.ts";
import { latestCommit } from "./latest_commit.ts";
import { listingPages } from "./listing_pages.ts";
import { oddAnswers } from "./odd_answers.ts";
import { overlongBody } from "./overlong_body.ts";
import { proxies } from "./proxies.ts";
import { redirects } from "./redirects.ts";
import { refusedBehind } from "./refused_behind.ts";
import { refusals } from "./refusals.ts";
import { renamedRepository } from "./renamed_repository.ts";
import { switchedOff } from "./switched_off.ts";
import { tokenHost } from "./token_host.ts";
import { tokenSecret } from "./token_secret.ts";
import { certificateFile } from "./certificate_file.ts";
import { directHosts } from "./direct_hosts.ts";
import { serverSaysWhy } from "./server_says_why.ts";
import { slowLine } from "./slow_line.ts";
import { speltEndpoint } from "./spelt_endpoint.ts";
import { speltProxy } from "./spelt_proxy.ts";
import { storedToken } from "./stored_token.ts";
import { switchedOffByOldName } from "./switched_off_by_old_name.ts";
import { sentInClear } from "./sent_in_clear.ts";
import { timeLimit } from "./time_limit.ts";

/** Scenarios of this area. */
export const hubScenarios: readonly Scenario[] = [
  latestCommit,
  listingPages,
  redirects,
  endlessRedirects,
  renamedRepository,
  tokenHost,
  tokenSecret,
  environment,
  switchedOff,
  proxies,
  emptyVariables,
  endlessListing,
  overlongBody,
  inflatingBody,
  anyHubStyle,
  hostile,
  certificateFile,
  directHosts,
  serverSaysWhy,
  speltEndpoint,
  storedToken,
  switchedOffByOldName,
  timeLimit,
  slowLine,
  sentInClear,
  refusals,
  refusedBehind,
  oddAnswers,
  speltProxy,
];
