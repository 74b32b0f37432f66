/**
 * Everything that can happen to a model, the faults of hub and disk among it, and which of it a run has.
 *
 * @module
 */

import fc from "fast-check";
import { anySteps, type DiskRefusal } from "../../harness/internal.ts";
import type { FaultAction, FaultRule, HubStyle } from "../../harness/mod.ts";

/** How many versions of the model there are to publish. */
export const VERSION_COUNT = 3;

/** Whether another version is published first, so that there is something to do. */
interface Update {
  readonly isUpdate: boolean;
}

/** One step of a life. Each but the plain ones belongs to a kind that a run may lack. */
export type Step =
  | ({ readonly type: "download" } & Update)
  | { readonly type: "status" }
  | { readonly type: "verify" }
  | { readonly type: "wait"; readonly ms: number }
  | ({ readonly type: "together" } & Update)
  | ({ readonly type: "cancel"; readonly atCall: number } & Update)
  | ({ readonly type: "kill"; readonly nth: number; readonly torn: boolean } & Update)
  | { readonly type: "damage"; readonly file: number; readonly how: "cut" | "delete" | "flip" }
  | { readonly type: "remove" }
  | { readonly type: "network"; readonly isUp: boolean }
  | ({ readonly type: "hub"; readonly rules: readonly FaultRule[] } & Update)
  | ({ readonly type: "disk"; readonly refusal: DiskRefusal } & Update);

/** Which kinds of steps, and which faults of the hub, a run has: a run of few kinds goes deeper into each. */
export interface Swarm {
  readonly kinds: readonly Step["type"][];
  readonly faults: readonly FaultAction["type"][];
}

const KINDS = ["together", "cancel", "kill", "damage", "remove", "network", "hub", "disk"] as const;

/** Faults of a hub by which a success can still be distinguished from a failure. */
const ACTIONS: readonly {
  readonly on: "api" | "content" | "both";
  readonly action: fc.Arbitrary<FaultAction>;
}[] = [
  {
    on: "both",
    action: fc.record({
      type: fc.constant("cut" as const),
      atByte: fc.nat(400),
      how: fc.constantFrom("fin" as const, "rst" as const, "stall" as const),
    }),
  },
  {
    on: "both",
    action: fc.record({
      type: fc.constant("status" as const),
      status: fc.constantFrom(500, 502, 503, 504, 429, 403, 404),
    }),
  },
  {
    on: "both",
    action: fc.record({
      type: fc.constant("status" as const),
      status: fc.constantFrom(429, 503),
      retryAfter: fc.integer({ min: 0, max: 600 }).map(String),
    }),
  },
  { on: "both", action: fc.constant({ type: "html" } as const) },
  { on: "both", action: fc.constant({ type: "no-answer" } as const) },
  { on: "both", action: fc.constant({ type: "refuse" } as const) },
  { on: "both", action: fc.constant({ type: "reset" } as const) },
  {
    on: "content",
    action: fc.record({ type: fc.constant("flip" as const), atByte: fc.nat(300), bit: fc.nat(7) }),
  },
  {
    on: "content",
    action: fc.record({
      type: fc.constantFrom("zero-tail" as const, "extra" as const),
      bytes: fc.integer({ min: 1, max: 100 }),
    }),
  },
  {
    on: "content",
    action: fc.record({
      type: fc.constant("short" as const),
      byBytes: fc.integer({ min: 1, max: 100 }),
    }),
  },
  { on: "content", action: fc.constant({ type: "ignore-range" } as const) },
  { on: "content", action: fc.constant({ type: "slice-as-whole" } as const) },
  {
    on: "content",
    action: fc.record({
      type: fc.constant("wrong-content-range" as const),
      shiftBytes: fc.integer({ min: -64, max: -1 }),
    }),
  },
  { on: "content", action: fc.constant({ type: "rotate-etag" } as const) },
  { on: "content", action: fc.constant({ type: "lfs-pointer" } as const) },
  { on: "content", action: fc.constant({ type: "expire-cdn" } as const) },
];

function anyRule(): fc.Arbitrary<FaultRule> {
  const rules = ACTIONS.map(({ on, action }) => {
    const api = ["info", "tree"] as const;
    const content = ["resolve", "cdn"] as const;
    const kinds = on === "api" ? api : on === "content" ? content : [...api, ...content];
    return fc.record({
      match: fc.record({
        kind: fc.constantFrom(...kinds),
        // A fault that happens for ever shrinks to one that happens once.
        nth: fc.oneof(
          { withCrossShrink: true },
          fc.integer({ min: 1, max: 5 }),
          fc.constant("all" as const),
        ),
      }),
      do: action,
    });
  });
  return fc.oneof(...rules);
}

/** Any steps; of those that a run does not have nothing happens. */
export function anyTrouble(): fc.Arbitrary<readonly Step[]> {
  const isUpdate = fc.boolean();
  const plain = (type: "status" | "verify" | "remove") => fc.constant<Step>({ type });
  const working = (type: "download" | "together") =>
    fc.record({ type: fc.constant(type), isUpdate });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: working("download") },
    { weight: 1, arbitrary: plain("status") },
    { weight: 1, arbitrary: plain("verify") },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant("wait" as const),
        ms: fc.constantFrom(1000, 60_000, 4_000_000),
      }),
    },
    { weight: 2, arbitrary: working("together") },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant("cancel" as const),
        atCall: fc.integer({ min: 1, max: 200 }),
        isUpdate,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant("kill" as const),
        nth: fc.integer({ min: 1, max: 90 }),
        torn: fc.boolean(),
        isUpdate,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant("damage" as const),
        file: fc.nat(7),
        how: fc.constantFrom("cut" as const, "delete" as const, "flip" as const),
      }),
    },
    { weight: 1, arbitrary: plain("remove") },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant("network" as const), isUp: fc.boolean() }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        type: fc.constant("hub" as const),
        rules: anySteps(anyRule(), { maxLength: 4 }),
        isUpdate,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant("disk" as const),
        refusal: anyRefusal(),
        isUpdate,
      }),
    },
  );
  return anySteps(step, { minLength: 1, maxLength: 20 });
}

const REFUSED = ["open", "write", "mkdir", "rename", "sync", "unlink", "read"] as const;

function anyRefusal(): fc.Arbitrary<DiskRefusal> {
  return fc.record({
    operation: fc.constantFrom(...REFUSED),
    code: fc.constantFrom("ENOSPC" as const, "EIO" as const, "EACCES" as const),
    nth: fc.integer({ min: 1, max: 25 }),
    forever: fc.boolean(),
  });
}

/** Any choice of what a run has. */
export function anySwarm(): fc.Arbitrary<Swarm> {
  const types = [
    "cut",
    "status",
    "html",
    "no-answer",
    "refuse",
    "reset",
    "flip",
    "zero-tail",
    "extra",
    "short",
    "ignore-range",
    "slice-as-whole",
    "wrong-content-range",
    "rotate-etag",
    "lfs-pointer",
    "expire-cdn",
  ] as const satisfies readonly FaultAction["type"][];
  return fc.record({ kinds: fc.subarray([...KINDS]), faults: fc.subarray([...types]) });
}

/** Any way in which an honest hub may send files; its listings have one page, as pages have scenarios of their own. */
export function anyStyle(): fc.Arbitrary<Partial<HubStyle>> {
  return fc.record({
    lfsFiles: fc.constantFrom("cdn" as const, "direct" as const),
    smallFiles: fc.constantFrom("direct" as const, "resolve-cache" as const),
    etagStyle: fc.constantFrom("strong" as const, "weak" as const, "proxied" as const),
    sendEtag: fc.boolean().map((without) => !without),
    sendContentLength: fc.boolean().map((without) => !without),
    sendLinkedHeaders: fc.boolean().map((without) => !without),
    chunkBytes: fc.constantFrom(65_536, 64, 1000),
  });
}
