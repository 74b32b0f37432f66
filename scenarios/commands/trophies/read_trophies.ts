/**
 * The kept replays as trophies: what was seen of which client, and where its makers speak of it.
 *
 * @module
 */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Deviation,
  type KnownDefect,
  matchesScenario,
  parseDeviations,
  parseReplay,
  type Replay,
} from "../../../harness/internal.ts";
import { KNOWN_DEFECTS } from "../matrix/known_defects.ts";
import { type Upstream, UPSTREAMS } from "./upstreams.ts";

/** A defect of a client that was seen, with the replay that shows it again. */
export interface Trophy {
  readonly defect: KnownDefect;
  readonly upstream: Upstream;
  readonly replay: Replay;
  /** The replay's file, by its name. */
  readonly file: string;
  /** Where its makers speak of it; undefined where no thread is known. */
  readonly thread: string | undefined;
}

/** Where the parts of trophies are. */
export interface TrophyPlaces {
  readonly replays: string;
  /** The lists of known deviations. */
  readonly adapters: string;
}

/**
 * Reads the kept replays of clients that have makers, by client, defect and version.
 *
 * @throws {RangeError} when a file is no replay, or is named after no known defect
 */
export async function readTrophies({ replays, adapters }: TrophyPlaces): Promise<Trophy[]> {
  const names = (await readdir(replays)).filter((name) => name.endsWith(".json")).toSorted();
  const found = await Promise.all(
    names.map(async (file) => {
      const path = join(replays, file);
      const replay = parseReplay(await readFile(path, "utf8"), path);
      const upstream = UPSTREAMS.find(({ subjects }) => subjects.includes(replay.subject.name));
      if (upstream === undefined) return [];
      const defect = KNOWN_DEFECTS.find(({ name }) => file.startsWith(`${name}.`));
      if (defect === undefined)
        throw new RangeError(`Cannot show ${path}: it is named after no known defect`);
      const thread = await threadOf(replay, { upstream, adapters });
      return [{ defect, upstream, replay, file, thread }];
    }),
  );
  return found.flat().toSorted((one, other) => rank(one) - rank(other));
}

function rank({ upstream, defect }: Trophy): number {
  return UPSTREAMS.indexOf(upstream) * KNOWN_DEFECTS.length + KNOWN_DEFECTS.indexOf(defect);
}

/** The thread that a list of known deviations names for the same requirement of the same project. */
async function threadOf(
  { requirement, scenario }: Replay,
  { upstream, adapters }: { readonly upstream: Upstream; readonly adapters: string },
): Promise<string | undefined> {
  for (const list of upstream.lists) {
    const path = join(adapters, `${list}.deviations.json`);
    const deviations = parseDeviations(await readFile(path, "utf8"), path);
    const isAbout = (one: Deviation) =>
      one.requirement === requirement &&
      matchesScenario(one.scenario, scenario) &&
      one.issue !== "unreported";
    const found = deviations.find(isAbout);
    if (found !== undefined) return found.issue;
  }
  return undefined;
}
