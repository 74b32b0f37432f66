/**
 * The work of `mlx-conform trophies`.
 *
 * @module
 */

import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { EXIT_CODES, HarnessError } from "../../../harness/internal.ts";
import type { ConformContext } from "../conform_context.ts";
import { writeText } from "../records/record_files.ts";
import { DRAFT_MARK, draftName, issueDraft } from "./issue_draft.ts";
import { type PlayedReplays, playTrophies, readPlayed } from "./played_replays.ts";
import { readTrophies, type Trophy } from "./read_trophies.ts";
import type { TrophiesOptions } from "./trophies_command.ts";
import { standing, trophyPage } from "./trophy_page.ts";

const DRAFTS = "issues";

/**
 * Writes the page and a draft for each defect of each project.
 *
 * @throws {RangeError} when a replay or a list cannot be read, or the page not be written
 */
export async function writeTrophies(
  { into, replays, adapters, play, only }: TrophiesOptions,
  context: ConformContext,
): Promise<number> {
  const trophies = await trophiesIn({ replays, adapters });
  const notes = join(into, "played.json");
  const before = await readPlayed(notes);
  const isWanted = ({ replay, upstream }: Trophy) =>
    only?.includes(upstream.clients[replay.subject.name] ?? "") !== false;
  const now = play ? await playTrophies(trophies.filter(isWanted), context) : {};
  const played: PlayedReplays = Object.fromEntries(
    trophies.flatMap(({ file }) => {
      const one = now[file] ?? before[file];
      return one === undefined ? [] : [[file, one]];
    }),
  );
  if (play) await writeText(notes, `${JSON.stringify(played, undefined, 2)}\n`);
  const linkFrom = (directory: string) => (file: string) =>
    relative(directory, join(replays, file)).replaceAll(sep, "/");
  const drafts = join(into, DRAFTS);
  await removeDrafts(drafts);
  const groups = Map.groupBy(trophies.filter(isToReport), draftName);
  for (const [name, [first, ...others]] of groups) {
    if (first === undefined) continue;
    const standingOf = (trophy: Trophy) => standing(trophy, played[trophy.file]);
    const text = issueDraft([first, ...others], { replayLink: linkFrom(drafts), standingOf });
    await writeText(join(drafts, name), text);
  }
  const page = trophyPage(trophies, {
    played,
    replayLink: linkFrom(into),
    draftOf: (trophy) => (isToReport(trophy) ? `${DRAFTS}/${draftName(trophy)}` : undefined),
  });
  await writeText(join(into, "README.md"), page);
  context.writeOut(
    `${trophies.length} trophies, ${groups.size} drafts, in ${join(into, "README.md")}\n`,
  );
  return EXIT_CODES.conformant;
}

/** Removes the drafts of an earlier call, and nothing that somebody else wrote. */
async function removeDrafts(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw new RangeError(`Cannot read the drafts in "${directory}": ${error.message}`, {
      cause: error,
    });
  });
  for (const name of names.filter((one) => one.endsWith(".md"))) {
    const path = join(directory, name);
    if ((await readFile(path, "utf8")).startsWith(DRAFT_MARK)) await rm(path);
  }
}

async function trophiesIn(places: Pick<TrophiesOptions, "replays" | "adapters">) {
  try {
    return await readTrophies(places);
  } catch (cause) {
    if (cause instanceof HarnessError || (cause instanceof Error && "code" in cause))
      throw new RangeError(`Cannot read the kept replays: ${cause.message}`, { cause });
    throw cause;
  }
}

function isToReport({ upstream }: Trophy): boolean {
  return upstream.through === undefined;
}
