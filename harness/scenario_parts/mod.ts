/**
 * What several scenarios share: preconditions, models that are put in place, observations of the disk and of the wire.
 *
 * @module
 */

export { changesOutside, type ChangesOutside } from "./changes_outside.ts";
export { anyDamagedModel, type DamagedModel, judgeDamage } from "./damaged_model.ts";
export {
  keptBytes,
  type KeptPart,
  keptParts,
  leftovers,
  sizeOnDisk,
  strayFile,
  wantedFiles,
  wrongFiles,
} from "./disk_observations.ts";
export {
  answeredBy,
  changedListing,
  cutOff,
  FAULT_SHAPES,
  type FaultShape,
  paced,
  redirectedTo,
  unreachable,
  withField,
  withLink,
} from "./faulty_fetch.ts";
export { HOSTILE_FACTS, type HostileFact, withHostileFact } from "./hostile_facts.ts";
export {
  blobName,
  type ForeignCacheOptions,
  hubCachePaths,
  type HubCachePaths,
  writeForeignSnapshot,
  wrongListing,
} from "./hub_cache.ts";
export { killDownload, type KillDownloadOptions } from "./kill_download.ts";
export { falseMarker, falseMarkerIn, markerText } from "./marker_observations.ts";
export { beginOutage, type Outage, type OutageEffect, OUTAGES } from "./outage.ts";
export {
  errorOf,
  isOfCommit,
  isRefused,
  namesFile,
  settled,
  textOf,
  throughTrouble,
} from "./outcomes.ts";
export {
  filePlace,
  inHubapi,
  isPlace,
  modelPlace,
  namedPlace,
  ownLayout,
  stateDirectory,
} from "./places.ts";
export {
  isMarkerFile,
  ODDITIES,
  type Oddity,
  oddText,
  type RecordFile,
  recordFiles,
} from "./odd_records.ts";
export {
  contentView,
  dataBytes,
  HIDDEN,
  placeTheirs,
  recordAsOthers,
  SHARE_LAYOUTS,
  SHARE_NAMINGS,
  sharedPlace,
  SIDECAR,
  visibleView,
  wrongMetadata,
} from "./shares.ts";
export {
  askServer,
  beginServing,
  SERVED_ORIGIN,
  type ServedQuestion,
  type ServedReply,
  serverFetch,
} from "./serving.ts";
export { placeInStore, STORE_PLACES, storedPlace, type StorePlace, storeRoot } from "./stores.ts";
export {
  boundFiles,
  changedPaths,
  changeFiles,
  evictFiles,
  formerTimes,
  modelNames,
  patternedBytes,
  placeModel,
} from "./planted_models.ts";
export {
  doesOperation,
  hasCapability,
  needsCapability,
  needsLayout,
  needsLookForUpdate,
  needsOwnProcess,
  needsPatience,
} from "./preconditions.ts";
export {
  missingFinding,
  requirementOfDamage,
  rightCauses,
  type WantedRefusal,
} from "./refusals.ts";
export { judgeReplacedFile, type ReplacedFile } from "./replaced_file.ts";
export {
  authorizationOf,
  contentBytes,
  contentExchanges,
  firstByte,
  type SeenRequest,
  takenFiles,
  wireLog,
  type WireLog,
} from "./wire_observations.ts";
export { STORE_VOLUMES } from "./volumes_of_stores.ts";
