/**
 * Parts that several scenarios need.
 *
 * @module
 */

export { contentBytes, contentExchanges, firstByte } from "./content_bytes.ts";
export { keptBytes } from "./kept_bytes.ts";
export { killDownload, type KillDownloadOptions } from "./kill_download.ts";
export * from "./other_host.ts";
export { filePlace, modelPlace } from "./place.ts";
export { settled } from "./settled.ts";
export { sizeOnDisk } from "./size_on_disk.ts";
export * from "./text_of.ts";
export { wantedFiles } from "./wanted_files.ts";
export * from "./wire_log.ts";
export { wrongFiles } from "./wrong_files.ts";
export { namesFile } from "./names_file.ts";
export { beginOutage, type Outage, type OutageEffect, OUTAGES } from "./outage.ts";
export { leftovers } from "./leftovers.ts";
export { isPlace } from "./is_place.ts";
export { stateDirectory } from "./state_directory.ts";
export { needsOwnProcess, needsPatience } from "./needs_own_process.ts";
export { changesOutside, type ChangesOutside } from "./changes_outside.ts";
export { falseMarker, markerText } from "./false_marker.ts";
export { boundFiles, formerTimes } from "./former_times.ts";
export { HOSTILE_FACTS, type HostileFact, withHostileFact } from "./hostile_facts.ts";
export { modelNames } from "./model_names.ts";
export { anyDamagedModel, type DamagedModel, judgeDamage } from "./damaged_model.ts";
export { lacksRefusal, type WantedRefusal } from "./lacks_refusal.ts";
export { changedPaths, changeFiles, placeModel } from "./placed_model.ts";
export { requirementOfDamage, rightCauses } from "./requirement_of_cause.ts";
export { judgeReplacedFile, type ReplacedFile } from "./replaced_file.ts";
export { type KeptPart, keptParts } from "./kept_parts.ts";
export { patternedBytes } from "./patterned_bytes.ts";
