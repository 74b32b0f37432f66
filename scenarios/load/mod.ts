/**
 * Scenarios about `load`.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { brokenTemplate } from "./broken_template.ts";
import { brokenTokenizer } from "./broken_tokenizer.ts";
import { confinedCheck } from "./confined_check.ts";
import { damagedDirectories } from "./damaged_directories.ts";
import { dividedWork } from "./running/divided_work.ts";
import { emptyFile } from "./empty_file.ts";
import { endlessFiles } from "./endless_files.ts";
import { evictedFiles } from "./evicted_files.ts";
import { familyTokens } from "./running/family_tokens.ts";
import { faultyRunner } from "./running/faulty_runner.ts";
import { flippedBit } from "./flipped_bit.ts";
import { htmlFile } from "./html_file.ts";
import { inertCheck } from "./inert_check.ts";
import { lfsPointerFile } from "./lfs_pointer_file.ts";
import { loadPlan } from "./plans/load_plan.ts";
import { lyingHeader } from "./lying_header.ts";
import { notANumber } from "./not_a_number.ts";
import { oddShards } from "./odd_shards.ts";
import { otherFamilies } from "./other_families.ts";
import { otherKindsChecked } from "./other_kinds.ts";
import { otherTools } from "./other_tools.ts";
import { recordedTokens } from "./running/recorded_tokens.ts";
import { refusedModel } from "./running/refused_model.ts";
import { sameTokens } from "./running/same_tokens.ts";
import { sidecar } from "./sidecar.ts";
import { runnerCalls } from "./running/runner_calls.ts";
import { runnerMessages } from "./running/runner_messages.ts";
import { soundModel } from "./sound_model.ts";
import { untrainedRows } from "./untrained_rows.ts";
import { unlistedTypes } from "./unlisted_types.ts";
import { unreadDtypes } from "./unread_dtypes.ts";
import { unreadableFiles } from "./unreadable_files.ts";
import { runtimeVerdicts } from "./verdicts/runtime_verdicts.ts";
import { trailingBytes } from "./trailing_bytes.ts";
import { trustedCode } from "./running/trusted_code.ts";
import { verdictsAhead } from "./verdicts/verdicts_ahead.ts";
import { weightsCut } from "./weights_cut.ts";
import { wrongLinks } from "./wrong_links.ts";
import { zeroedBlock } from "./zeroed_block.ts";

/** Scenarios of this area, in the order in which they run. */
export const loadScenarios: readonly Scenario[] = [
  soundModel,
  ...damagedDirectories,
  oddShards,
  brokenTokenizer,
  brokenTemplate,
  weightsCut,
  trailingBytes,
  zeroedBlock,
  untrainedRows,
  notANumber,
  flippedBit,
  sidecar,
  lfsPointerFile,
  htmlFile,
  emptyFile,
  evictedFiles,
  unreadableFiles,
  wrongLinks,
  lyingHeader,
  confinedCheck,
  inertCheck,
  endlessFiles,
  runtimeVerdicts,
  verdictsAhead,
  loadPlan,
  refusedModel,
  sameTokens,
  recordedTokens,
  ...familyTokens,
  dividedWork,
  otherFamilies,
  otherTools,
  unlistedTypes,
  unreadDtypes,
  otherKindsChecked,
  faultyRunner,
  runnerMessages,
  runnerCalls,
  trustedCode,
];
