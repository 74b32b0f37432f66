/**
 * Defects that clients of the hub are known for, and the scenarios that show them.
 *
 * @module
 */

import type { KnownDefect } from "../../../harness/internal.ts";

/** The known defects, in the order in which they are shown. */
export const KNOWN_DEFECTS: readonly KnownDefect[] = [
  {
    name: "wrong_bytes",
    about: "wrong bytes of the right size are accepted",
    requirement: "DL-INTEGRITY",
    scenarios: ["download/wrong_bytes"],
  },
  {
    name: "no_resume",
    about: "a later process uses nothing of what an earlier one had fetched",
    requirement: "DL-RESUME",
    scenarios: ["download/large_file_killed", "download/resume"],
  },
  {
    name: "wrong_range",
    about: "a 206 that starts elsewhere is spliced in",
    requirement: "DL-RESUME-RANGE",
    scenarios: ["download/large_file_elsewhere", "download/resume_wrong_range"],
  },
  {
    name: "reset",
    about: "a reset in mid-body ends the download",
    requirement: "DL-RETRY",
    scenarios: ["download/large_file_broken"],
    isShownByRefusal: true,
  },
  {
    name: "token_host",
    about: "the token goes to another host",
    requirement: "HUB-TOKEN-HOST",
    scenarios: ["hub/token_host"],
  },
  {
    name: "two_processes",
    about: "two processes spoil each other's work",
    requirement: "DL-CONCURRENT",
    scenarios: ["concurrency/two_processes", "download/several_at_once"],
  },
  {
    name: "ref_first",
    about: "the ref names a commit whose files are not there yet",
    requirement: "LAYOUT-REF-LAST",
    scenarios: ["layout/hub_cache", "interop/ref_last"],
  },
  {
    name: "stale_shard",
    about: "an update leaves a shard of the old version",
    requirement: "LAYOUT-STRAYS",
    scenarios: ["layout/revision_switch"],
  },
  {
    name: "partial_listing",
    about: "part of a listing is mistaken for the whole",
    requirement: "HUB-PAGES",
    scenarios: ["hub/listing_pages"],
  },
  {
    name: "header_path",
    about: "the value of a header leads out of the root",
    requirement: "LAYOUT-ROOT-ONLY",
    scenarios: ["layout/hostile_facts"],
  },
  {
    name: "no_weights",
    about: "no model with weights in LFS can be downloaded",
    requirement: "LAYOUT-REQUIRED",
    scenarios: ["layout/legal_forms"],
    isShownByRefusal: true,
  },
];
