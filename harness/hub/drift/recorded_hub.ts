import recorded from "./recorded/huggingface.json" with { type: "json" };
import type { HubShapes } from "./record_shapes.ts";

/** How huggingface.co answered when it was last measured; `provenance` says by whom. A test reads it as a recording. */
export const RECORDED_HUB = recorded as unknown as HubShapes;
