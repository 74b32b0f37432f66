/**
 * The steps of a history, and any sequence of them.
 *
 * @module
 */

import fc from "fast-check";
import { anySteps } from "../../harness/internal.ts";

/** One step of a history. */
export type Command =
  | { readonly type: "publish"; readonly version: number }
  | { readonly type: "download" }
  | { readonly type: "cancel"; readonly afterReports: number }
  | { readonly type: "kill"; readonly nth: number; readonly torn: boolean }
  | { readonly type: "damage"; readonly file: number; readonly how: "cut" | "delete" | "flip" }
  | { readonly type: "remove" }
  | { readonly type: "network"; readonly isUp: boolean }
  | { readonly type: "status" }
  | { readonly type: "locate" };

/** How many versions of the model there are to publish. */
export const VERSION_COUNT = 3;

/** Any sequence of steps; downloads are the most likely ones, since everything else is about them. */
export function anyHistory(): fc.Arbitrary<readonly Command[]> {
  const command: fc.Arbitrary<Command> = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Command>({ type: "download" }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant("publish" as const),
        version: fc.nat(VERSION_COUNT - 1),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant("kill" as const),
        nth: fc.integer({ min: 1, max: 90 }),
        torn: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant("cancel" as const), afterReports: fc.nat(12) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant("damage" as const),
        file: fc.nat(7),
        how: fc.constantFrom("cut" as const, "delete" as const, "flip" as const),
      }),
    },
    { weight: 1, arbitrary: fc.constant<Command>({ type: "remove" }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant("network" as const), isUp: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.constant<Command>({ type: "status" }) },
    { weight: 1, arbitrary: fc.constant<Command>({ type: "locate" }) },
  );
  return anySteps(command, { minLength: 2, maxLength: 14 });
}
