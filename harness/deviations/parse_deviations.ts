import { Ajv, type ValidateFunction } from "ajv";
import schema from "../../spec/deviations.schema.json" with { type: "json" };
import { REQUIREMENTS } from "../../spec/mod.ts";
import type { Deviation } from "./deviation.ts";
import { matchesScenario } from "./matches_scenario.ts";
import { satisfiesVersion } from "./satisfies_version.ts";

let compiled: ValidateFunction<{ deviations: Deviation[] }> | undefined;

/** Compiled for the first list: most processes of the harness read none. */
function listCheck(): ValidateFunction<{ deviations: Deviation[] }> {
  compiled ??= new Ajv({ allErrors: true }).compile<{ deviations: Deviation[] }>(schema);
  return compiled;
}

/** Options of {@linkcode parseDeviations}. */
export interface ParseDeviationsOptions {
  /** Whether entries may still lack their issue and their reason, as an update leaves them. @default {false} */
  readonly isDraft?: boolean;
}

/**
 * Reads `deviations.json`.
 *
 * @param name the file's name, for messages
 * @throws {RangeError} when it is not what `spec/deviations.schema.json` describes, or names an unknown requirement
 */
export function parseDeviations(
  text: string,
  name: string,
  options: ParseDeviationsOptions = {},
): readonly Deviation[] {
  const attempt = `Cannot read known deviations from ${name}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RangeError(`${attempt}: it is not JSON`, { cause });
  }
  const isList = listCheck();
  if (!isList(value)) {
    const faults = (isList.errors ?? [])
      .filter(
        ({ instancePath }) => options.isDraft !== true || !/\/(issue|reason)$/.test(instancePath),
      )
      .map(({ instancePath, message }) => `${instancePath || "/"} ${message ?? "is wrong"}`);
    if (faults.length > 0) throw new RangeError(`${attempt}: ${faults.join("; ")}`);
  }
  const { deviations } = value as { readonly deviations: readonly Deviation[] };
  for (const [at, deviation] of deviations.entries()) {
    const { requirement, signature, scenario, when } = deviation;
    const where = `${attempt}: entry ${at + 1}`;
    if (!(requirement in REQUIREMENTS))
      throw new RangeError(`${where} names ${requirement}, which is not a requirement`);
    if (!signature.startsWith(`${requirement}: `))
      throw new RangeError(
        `${where} has a signature that does not begin with "${requirement}: ", as a report prints it`,
      );
    // Both throw where the pattern is wrong.
    matchesScenario("", scenario);
    if (when?.version !== undefined) satisfiesVersion("0", when.version);
  }
  return deviations;
}
