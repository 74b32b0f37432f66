import { createHash } from "node:crypto";
import { type RequirementId, REQUIREMENTS } from "../../spec/mod.ts";
import { redactValue } from "../redact_secrets.ts";
import { HarnessError } from "../errors.ts";
import type { ScenarioResult, ScenarioStatus } from "../scenario/scenario_result.ts";
import { WORLD_KINDS, type WorldKind } from "../worlds/world.ts";
import type { EncodedGiven } from "../scenario/encode_given.ts";
import { failureSignature } from "./failure_signature.ts";

/** The form of the files that this version writes and reads. */
const FORMAT = 1;
/** Names of this suite, which hold nothing from outside. */
const KEPT_KEYS = new Set(["scenario", "world", "status", "requirement", "blobs"]);

/** A failure that can be shown again without the generator that found it: the content of a replay file. */
export interface Replay {
  readonly format: typeof FORMAT;
  /** Version of the suite that wrote it. */
  readonly suite: string;
  readonly scenario: string;
  readonly world: WorldKind;
  readonly status: ScenarioStatus;
  /** `null` when it was not a fault of the subject. */
  readonly requirement: RequirementId | null;
  /** Promises of the scenario that were broken already, and are left out of account. @default {none} */
  readonly apartFrom?: readonly RequirementId[];
  /** What was seen. */
  readonly seen: string;
  /** Equal for two failures that are alike. */
  readonly signature: string;
  readonly subject: { readonly name: string; readonly version: string };
  readonly environment: {
    readonly runtime: string;
    readonly platform: string;
    readonly architecture: string;
  };
  /** What led the generator to the case; good as long as the scenario is what it was. */
  readonly drawn: { readonly seed: number; readonly path: string };
  /** The case in words. */
  readonly story: readonly string[];
  /** The case itself. */
  readonly given: EncodedGiven;
}

/** What a replay says besides the failure. */
export type ReplayOrigin = Pick<Replay, "suite" | "subject" | "environment">;

/** The replay of a failure; undefined when nothing failed, or no single case did. */
export function replayOf(result: ScenarioResult, origin: ReplayOrigin): Replay | undefined {
  const { scenario, world, breakage, seed } = result;
  if (breakage?.given === undefined) return undefined;
  const { requirement, detail, path, given, apartFrom, words = [] } = breakage;
  // That it is listed as known is not part of the failure.
  const status = result.status === "expected-fail" ? "fail" : result.status;
  return {
    format: FORMAT,
    ...origin,
    scenario,
    world,
    status,
    requirement: requirement ?? null,
    ...(apartFrom === undefined ? {} : { apartFrom }),
    seen: detail,
    signature: failureSignature({ scenario, status, requirement, detail }),
    drawn: { seed, path },
    story: words,
    given,
  };
}

/** What the file of a replay is called: `<requirement>-<hash8>.json`; one case has one name. */
export function replayFileName(replay: Replay): string {
  const { scenario, world, status, requirement, given } = replay;
  const identity = JSON.stringify([scenario, world, given.values, requirement ?? status]);
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 8);
  return `${requirement ?? status}-${hash}.json`;
}

/**
 * The text of a replay file, without secrets: as in the record of a run.
 *
 * @param secrets tokens that must not be written, beside whatever looks like one
 */
export function formatReplay(replay: Replay, secrets: readonly string[] = []): string {
  const { given, ...rest } = replay;
  const redacted = {
    ...redactValue(rest, { secrets, keptKeys: KEPT_KEYS }),
    // The tokens of a case are drawn, and part of what it is about.
    given: redactValue(given, {
      secrets,
      keptKeys: KEPT_KEYS,
      isByLook: false,
      arePlacesKept: true,
    }),
  };
  return `${JSON.stringify(redacted, undefined, 2)}\n`;
}

/**
 * Reads the text of a replay file.
 *
 * @param name what the text is called in messages
 * @throws {HarnessError} when it is not a replay, or of another format
 */
export function parseReplay(text: string, name: string): Replay {
  const value = parseJson(text, name);
  if (typeof value !== "object" || value === null || !("format" in value))
    throw new HarnessError(`${name}: not a valid replay file`);
  if (value.format !== FORMAT)
    throw new HarnessError(
      `${name}: replay format ${JSON.stringify(value.format)} is not supported, expected ${FORMAT}`,
    );
  if (!isReplay(value))
    throw new HarnessError(`${name}: not a valid replay file: a field is missing or wrong`);
  return value;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HarnessError(`${name}: not a valid replay file: invalid JSON`, { cause });
  }
}

/** What a run needs is looked at; the rest is for people. */
function isReplay(value: object): value is Replay {
  const replay: Partial<Record<keyof Replay, unknown>> = value;
  const { scenario, world, requirement, signature, given, apartFrom = [] } = replay;
  const isRequirement = (id: unknown) => typeof id === "string" && Object.hasOwn(REQUIREMENTS, id);
  const isKnown = requirement === null || isRequirement(requirement);
  return (
    typeof scenario === "string" &&
    [...WORLD_KINDS, "process"].some((kind) => kind === world) &&
    isKnown &&
    Array.isArray(apartFrom) &&
    apartFrom.every(isRequirement) &&
    typeof signature === "string" &&
    isObject(given) &&
    isObject(given["values"]) &&
    isObject(given["blobs"])
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
