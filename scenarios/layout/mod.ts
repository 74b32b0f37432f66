/**
 * Scenarios about where models are and what their files are called.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { awkwardNames } from "./awkward_names.ts";
import { caseOfIds } from "./case_of_ids.ts";
import { caseTwins } from "./case_twins.ts";
import { emptyFile } from "./empty_file.ts";
import { fileAndDirectory } from "./file_and_directory.ts";
import { flatDirectory } from "./flat_directory.ts";
import { gitNames } from "./git_names.ts";
import { hubCache } from "./hub_cache.ts";
import { hostileFacts } from "./hostile_facts.ts";
import { lackingRepository } from "./lacking_repository.ts";
import { legalForms } from "./legal_forms.ts";
import { linksOut } from "./links_out.ts";
import { movedRoot } from "./moved_root.ts";
import { movedToFlat } from "./moved_to_flat.ts";
import { plantedEntries } from "./planted_entries.ts";
import { otherKinds } from "./other_kinds.ts";
import { patterns } from "./patterns.ts";
import { refusedIds } from "./refused_ids.ts";
import { removedParents } from "./removed_parents.ts";
import { requiredFiles } from "./required_files.ts";
import { revisionSwitch } from "./revision_switch.ts";
import { rootLink } from "./root_link.ts";
import { sharedBlob } from "./shared_blob.ts";
import { specialFiles } from "./special_files.ts";
import { staleIndex } from "./stale_index.ts";
import { volumeKinds } from "./volume_kinds.ts";
import { unsafeNames } from "./unsafe_names.ts";

/** Scenarios of this area. */
export const layoutScenarios: readonly Scenario[] = [
  requiredFiles,
  legalForms,
  emptyFile,
  flatDirectory,
  movedToFlat,
  lackingRepository,
  otherKinds,
  patterns,
  staleIndex,
  sharedBlob,
  removedParents,
  fileAndDirectory,
  revisionSwitch,
  awkwardNames,
  refusedIds,
  unsafeNames,
  gitNames,
  linksOut,
  plantedEntries,
  specialFiles,
  hostileFacts,
  hubCache,
  rootLink,
  caseOfIds,
  caseTwins,
  movedRoot,
  volumeKinds,
];
