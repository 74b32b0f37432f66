import { dirname } from "node:path";
import { type Attack } from "../arbitraries/any_attack.ts";
import { readTree, writeBytes } from "../disk/mod.ts";
import type { ModelFile } from "../models/mod.ts";
import { asFailure, describeError } from "../scenario/verdict.ts";
import { answeredBy } from "../scenario_parts/faulty_fetch.ts";
import { changesOutside } from "../scenario_parts/changes_outside.ts";
import { authorizationOf, wireLog } from "../scenario_parts/wire_observations.ts";
import type { World } from "../worlds/world.ts";
import { attackingFetch } from "./attacking_fetch.ts";

/** What an attack got. */
export type AttackGain = "outside" | "token" | "measure" | "untyped" | "stuck" | "prototype";

/** One thing that an attack got. */
export interface AttackFinding {
  readonly gain: AttackGain;
  readonly detail: string;
}

/** What came of an attack. */
export interface AttackOutcome {
  /** How many answers were changed; 0 when the download never came so far. */
  readonly fired: number;
  /** The code of the failure; undefined when it succeeded all the same. */
  readonly code: string | undefined;
  readonly findings: readonly AttackFinding[];
  readonly requests: number;
  /** Bytes of all files below the root afterwards. */
  readonly diskBytes: number;
}

const REPOSITORY = "mlx-community/Attacked-4bit";
const TOKEN = "hf_theTokenOfTheAttacked";
/** A listing may have 2,000 pages, and each question six attempts. */
const REQUESTS_MAX = 3_000;
/** More than the model and everything that is kept about it. */
const DISK_BYTES_MAX = 256 * 1024;

/** The room that the volume of an attacked world should have, in bytes. */
export const ATTACKED_VOLUME_BYTES = 64 * 1024 * 1024;

/** Lets a hub attack a download, and looks for what the attack got. */
export async function runAttack(
  world: World,
  given: { readonly attack: Attack; readonly model: readonly ModelFile[] },
): Promise<AttackOutcome> {
  const { attack, model } = given;
  const { hub } = world;
  await writeBytes(world.files, `${world.outside}/notes.txt`, Uint8Array.of(1));
  hub.publish(REPOSITORY, model, { tags: ["mlx"] });
  if (attack.kind === "measure")
    hub.faults = [{ match: { kind: attack.on, nth: "all" }, do: attack.action }];
  const wire = wireLog();
  const changes = changesOutside(world);
  let fired = () => hub.firedCounts().reduce((sum, count) => sum + count, 0);
  const subject = world.start({
    env: { HF_TOKEN: TOKEN },
    ...changes.start,
    fetch: (fetch) => {
      // The other host is the hub's accomplice and answers every request.
      const wide = answeredBy(fetch, { host: "https://evil.test", hub: hub.endpoint });
      const attacking = attackingFetch(wide, attack);
      if (attack.kind !== "measure") fired = attacking.fired;
      return wire.watch(attacking.fetch);
    },
  });
  const error: unknown = await subject.download({ repository: REPOSITORY }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const count = fired();
  // A client that follows a hostile hub asks for what no hub has, and that is not the client's fault.
  hub.harnessErrors.splice(0);
  const tree = await readTree(world.files, dirname(dirname(world.root)));
  const diskBytes = tree
    .filter(({ kind }) => kind === "file")
    .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const findings: AttackFinding[] = [];
  const note = (gain: AttackGain, details: readonly string[]) =>
    findings.push(...details.slice(0, 1).map((detail) => ({ gain, detail })));
  note("outside", changes.found);
  note(
    "outside",
    tree
      .filter(({ path, kind }) => kind !== "directory" && !isAllowed(path))
      .map(({ path }) => `${path} was written`),
  );
  note(
    "token",
    wire.requests
      .filter((one) => one.origin !== hub.endpoint && authorizationOf(one) !== undefined)
      .map(({ origin }) => `the token went to ${origin}`),
  );
  if (wire.requests.length > REQUESTS_MAX) note("measure", [`${wire.requests.length} requests`]);
  if (diskBytes > DISK_BYTES_MAX) note("measure", [`${diskBytes} bytes on the disk`]);
  if (error !== undefined && asFailure(error) === undefined)
    note("untyped", [describeError(error)]);
  note(
    "prototype",
    Object.keys(Object.prototype).map((name) => `every object has "${name}" now`),
  );
  if (error !== undefined) note("stuck", await stuck(world));
  return {
    fired: count,
    code: asFailure(error)?.code,
    findings,
    requests: wire.requests.length,
    diskBytes,
  };
}

/** The model's own directory, and the files that were there before. */
function isAllowed(path: string): boolean {
  return (
    path.startsWith(`Documents/Models/models/${REPOSITORY}/`) || path === "elsewhere/notes.txt"
  );
}

/** What a refused attack leaves must not keep the next download, from an honest hub, from finishing. */
async function stuck(world: World): Promise<string[]> {
  world.hub.faults = [];
  try {
    await world.start({ env: { HF_TOKEN: TOKEN } }).download({ repository: REPOSITORY });
    return [];
  } catch (error) {
    return [describeError(error)];
  }
}
