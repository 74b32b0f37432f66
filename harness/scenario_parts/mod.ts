/**
 * Parts that several scenarios need.
 *
 * @module
 */

export { changesOutside, type ChangesOutside } from "./changes_outside.ts";
export { contentBytes, contentExchanges, firstByte } from "./wire_observations.ts";
export { anyDamagedModel, type DamagedModel, judgeDamage } from "./damaged_model.ts";
export { doesOperation } from "./preconditions.ts";
export { evictFiles } from "./planted_models.ts";
export { falseMarker, markerText } from "./marker_observations.ts";
export { boundFiles, formerTimes } from "./planted_models.ts";
export { HOSTILE_FACTS, type HostileFact, withHostileFact } from "./hostile_facts.ts";
export {
  blobName,
  type ForeignCacheOptions,
  hubCachePaths,
  type HubCachePaths,
  writeForeignSnapshot,
} from "./hub_cache.ts";
export { isPlace } from "./places.ts";
export { keptBytes } from "./disk_observations.ts";
export { type KeptPart, keptParts } from "./disk_observations.ts";
export { killDownload, type KillDownloadOptions } from "./kill_download.ts";
export { missingFinding, type WantedRefusal } from "./refusals.ts";
export { leftovers, strayFile } from "./disk_observations.ts";
export { modelNames } from "./planted_models.ts";
export { namesFile } from "./outcomes.ts";
export { needsLayout, needsOwnProcess, needsPatience } from "./preconditions.ts";
export * from "./faulty_fetch.ts";
export { beginOutage, type Outage, type OutageEffect, OUTAGES } from "./outage.ts";
export { paced } from "./faulty_fetch.ts";
export { patternedBytes } from "./planted_models.ts";
export { filePlace, inHubapi, modelPlace, namedPlace, ownLayout } from "./places.ts";
export { changedPaths, changeFiles, placeModel } from "./planted_models.ts";
export { judgeReplacedFile, type ReplacedFile } from "./replaced_file.ts";
export { requirementOfDamage, rightCauses } from "./refusals.ts";
export { settled } from "./outcomes.ts";
export { sizeOnDisk } from "./disk_observations.ts";
export { stateDirectory } from "./places.ts";
export * from "./outcomes.ts";
export { wantedFiles } from "./disk_observations.ts";
export * from "./wire_observations.ts";
export { wrongFiles } from "./disk_observations.ts";
