/**
 * Scenarios about models on disk: their state, their markers, their removal.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { anyDirectory } from "./any_directory.ts";
import { damagedModel } from "./damaged_model.ts";
import { foreignMarker } from "./foreign_marker.ts";
import { foundModels } from "./found_models.ts";
import { modelIdRoundTrip } from "./model_id_round_trip.ts";
import { markerAlwaysTrue } from "./marker_always_true.ts";
import { markerOrder } from "./marker_order.ts";
import { metadata } from "./metadata.ts";
import { neighbours } from "./neighbours.ts";
import { noNetwork } from "./no_network.ts";
import { oddRecords } from "./odd_records.ts";
import { removal } from "./removal.ts";
import { removedLeftovers } from "./removed_leftovers.ts";
import { repair } from "./repair.ts";
import { rot } from "./rot.ts";
import { freedSpace } from "./freed_space.ts";
import { hardLinks } from "./hard_links.ts";
import { desktopFiles } from "./desktop_files.ts";
import { badEntry } from "./bad_entry.ts";
import { unreadableNeighbour } from "./unreadable_neighbour.ts";

/** Scenarios of this area. */
export const manageScenarios: readonly Scenario[] = [
  removal,
  anyDirectory,
  damagedModel,
  foreignMarker,
  foundModels,
  modelIdRoundTrip,
  markerAlwaysTrue,
  markerOrder,
  metadata,
  neighbours,
  noNetwork,
  oddRecords,
  removedLeftovers,
  repair,
  rot,
  hardLinks,
  freedSpace,
  unreadableNeighbour,
  desktopFiles,
  badEntry,
];
