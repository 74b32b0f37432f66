/**
 * Scenarios about `load`.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { brokenConfig } from "./broken_config.ts";
import { brokenTemplate } from "./broken_template.ts";
import { brokenTokenizer } from "./broken_tokenizer.ts";
import { confinedCheck } from "./confined_check.ts";
import { emptyFile } from "./empty_file.ts";
import { evictedFiles } from "./evicted_files.ts";
import { faultyRunner } from "./faulty_runner.ts";
import { htmlFile } from "./html_file.ts";
import { inertCheck } from "./inert_check.ts";
import { lfsPointerFile } from "./lfs_pointer_file.ts";
import { zeroedBlock } from "./zeroed_block.ts";
import { lyingExtents } from "./lying_extents.ts";
import { lyingHeader } from "./lying_header.ts";
import { loadPlan } from "./load_plan.ts";
import { missingShard } from "./missing_shard.ts";
import { notANumber } from "./not_a_number.ts";
import { refusedModel } from "./refused_model.ts";
import { sameTokens } from "./same_tokens.ts";
import { sidecar } from "./sidecar.ts";
import { soundModel } from "./sound_model.ts";
import { strayWeights } from "./stray_weights.ts";
import { flippedBit } from "./flipped_bit.ts";
import { weightsCut } from "./weights_cut.ts";
import { trailingBytes } from "./trailing_bytes.ts";
import { wrongLinks } from "./wrong_links.ts";
import { wrongShapes } from "./wrong_shapes.ts";
import { wrongTensors } from "./wrong_tensors.ts";

/** Scenarios of this area, in the order of the law. */
export const loadScenarios: readonly Scenario[] = [
  soundModel,
  brokenConfig,
  weightsCut,
  trailingBytes,
  zeroedBlock,
  notANumber,
  flippedBit,
  sidecar,
  lfsPointerFile,
  htmlFile,
  emptyFile,
  evictedFiles,
  wrongLinks,
  lyingExtents,
  lyingHeader,
  wrongShapes,
  missingShard,
  wrongTensors,
  strayWeights,
  brokenTokenizer,
  brokenTemplate,
  confinedCheck,
  inertCheck,
  loadPlan,
  refusedModel,
  sameTokens,
  faultyRunner,
];
