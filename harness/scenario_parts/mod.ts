/**
 * Parts that several scenarios need.
 *
 * @module
 */

export { changesOutside, type ChangesOutside } from "./changes_outside.ts";
export { contentBytes, contentExchanges, firstByte } from "./content_bytes.ts";
export { anyDamagedModel, type DamagedModel, judgeDamage } from "./damaged_model.ts";
export { doesOperation } from "./does_operation.ts";
export { evictFiles } from "./evict_files.ts";
export { falseMarker, markerText } from "./marker_observations.ts";
export { boundFiles, formerTimes } from "./former_times.ts";
export { HOSTILE_FACTS, type HostileFact, withHostileFact } from "./hostile_facts.ts";
export {
  blobName,
  type ForeignCacheOptions,
  hubCachePaths,
  type HubCachePaths,
  writeForeignSnapshot,
} from "./hub_cache.ts";
export { isPlace } from "./is_place.ts";
export { keptBytes } from "./disk_observations.ts";
export { type KeptPart, keptParts } from "./kept_parts.ts";
export { killDownload, type KillDownloadOptions } from "./kill_download.ts";
export { lacksRefusal, type WantedRefusal } from "./refusals.ts";
export { leftovers } from "./leftovers.ts";
export { modelNames } from "./model_names.ts";
export { namesFile } from "./names_file.ts";
export { needsLayout, needsOwnProcess, needsPatience } from "./preconditions.ts";
export * from "./faulty_fetch.ts";
export { beginOutage, type Outage, type OutageEffect, OUTAGES } from "./outage.ts";
export { paced } from "./paced.ts";
export { patternedBytes } from "./patterned_bytes.ts";
export { filePlace, inHubapi, modelPlace, namedPlace, ownLayout } from "./places.ts";
export { changedPaths, changeFiles, placeModel } from "./planted_models.ts";
export { judgeReplacedFile, type ReplacedFile } from "./replaced_file.ts";
export { requirementOfDamage, rightCauses } from "./requirement_of_cause.ts";
export { settled } from "./outcomes.ts";
export { sizeOnDisk } from "./size_on_disk.ts";
export { stateDirectory } from "./state_directory.ts";
export * from "./text_of.ts";
export { wantedFiles } from "./wanted_files.ts";
export * from "./wire_observations.ts";
export { wrongFiles } from "./wrong_files.ts";
