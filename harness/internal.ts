/**
 * Everything that the suite's own scenarios and commands use of the harness: what `mlx-conform` exports, and its parts
 * besides. It may change in any version.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SimulatedHub } from "mlx-conform";
 * import { mswFetch, SimulatedHub as SameHub } from "mlx-conform/internal";
 *
 * assert.equal(typeof mswFetch, "function");
 * assert.equal(SameHub, SimulatedHub);
 * ```
 *
 * @module
 */

export * from "./arbitraries/mod.ts";
export { realPause } from "./clock/real_pause.ts";
export { RealClock } from "./clock/real_clock.ts";
export { SimulatedClock, type SimulatedClockOptions } from "./clock/simulated_clock.ts";
export * from "./crash/mod.ts";
export * from "./deviations/mod.ts";
export * from "./disk/mod.ts";
export * from "./errno/mod.ts";
export * from "./errors.ts";
export * from "./fidelity/mod.ts";
export * from "./hostile/mod.ts";
export * from "./hub/mod.ts";
export * from "./miniatures/mod.ts";
export * from "./models/mod.ts";
export * from "./redact_secrets.ts";
export * from "./relative_places.ts";
export * from "./replay/mod.ts";
export * from "./report/mod.ts";
export * from "./runners/mod.ts";
export * from "./scenario/mod.ts";
export * from "./scenario_parts/mod.ts";
export * from "./subjects/mod.ts";
export * from "./suite/mod.ts";
export * from "./tracing/mod.ts";
export * from "./worlds/mod.ts";
