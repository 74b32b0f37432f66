import type { ModelPlace } from "../../layout/model_place.ts";
import { directoryPublisher } from "./directory_publisher.ts";
import type { Publisher } from "./publisher.ts";
import { snapshotPublisher } from "./snapshot_publisher.ts";

/** The publisher of a place: the only question whether it is one of the hub's cache. */
export function publisherOf({ cache }: ModelPlace): Publisher {
  return cache === undefined ? directoryPublisher : snapshotPublisher(cache);
}
