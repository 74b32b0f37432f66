/**
 * The page of trophies, in Markdown.
 *
 * @module
 */

import { VERSIONED_CLIENTS } from "../../../harness/internal.ts";
import type { Played, PlayedReplays } from "./played_replays.ts";
import type { Trophy } from "./read_trophies.ts";

/** What the page is made of. */
export interface TrophyPageParts {
  readonly played: PlayedReplays;
  /** How the page links a replay's file. */
  readonly replayLink: (file: string) => string;
  /** The draft of an issue about a trophy, if there is one. */
  readonly draftOf: (trophy: Trophy) => string | undefined;
}

/** Writes the page: a table for each project, with a row for each kept replay. */
export function trophyPage(trophies: readonly Trophy[], parts: TrophyPageParts): string {
  const upstreams = [...new Set(trophies.map(({ upstream }) => upstream))];
  const sections = upstreams.flatMap((upstream) => {
    const own = trophies.filter((one) => one.upstream === upstream);
    const note =
      upstream.through === undefined ? [] : [`Not reported there: ${upstream.through}.`, ""];
    return [
      `## ${upstream.repository}`,
      "",
      ...note,
      "| defect | client | requirement | replay | thread | in the newest version | draft |",
      "| --- | --- | --- | --- | --- | --- | --- |",
      ...own.map((trophy) => row(trophy, parts)),
      "",
    ];
  });
  return [
    "# Trophies",
    "",
    "What the kept replays show of clients, made by `mlx-conform trophies`. Each was seen in a run under the faults of this suite, and the",
    "clients never promised most of it. The thread is the one that the list of known deviations names, where one is known. A replay that",
    "does not reproduce in a later version is mended there, or before. The loops over curl, wget and aria2 are this suite's own, and left out.",
    "",
    ...sections,
    "The drafts lie in [issues/](issues/): facts and a replay, for a person to read, check and send. Nothing sends them.",
    "",
  ].join("\n");
}

function row(trophy: Trophy, { played, replayLink, draftOf }: TrophyPageParts): string {
  const { defect, replay, file, thread } = trophy;
  const { subject, scenario } = replay;
  const draft = draftOf(trophy);
  const cells = [
    defect.about,
    `${subject.name} ${subject.version}`,
    defect.requirement,
    `[${file}](${replayLink(file)}): ${scenario}, ${cellText(replay.story.join(", "))}; ${cellText(firstLine(replay.seen))}`,
    thread === undefined ? "none known" : `[${threadName(thread)}](${thread})`,
    standing(trophy, played[file]),
    draft === undefined ? "" : `[draft](${draft})`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** What the newest version does, as far as it was tried. */
export function standing({ replay, upstream }: Trophy, played: Played | undefined): string {
  const name = upstream.clients[replay.subject.name];
  if (VERSIONED_CLIENTS.every((client) => client.name !== name)) return "built by hand, not tried";
  if (played === undefined) return "not tried";
  const { version, outcome, on } = played;
  if (outcome === "own version") return `${version} was the newest on ${on}`;
  return outcome === "breaks"
    ? `still in ${version} (${on})`
    : `${outcome === "holds" ? "not reproduced" : outcome} in ${version} (${on})`;
}

function firstLine(text: string): string {
  const line = text.split("\n")[0] ?? "";
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

/** Text of a case in a cell: it ends no cell and is no markup. */
function cellText(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]|#~<>]/g, String.raw`\$&`).replaceAll("@", "@\u200B");
}

function threadName(url: string): string {
  return /github\.com\/([^/]+\/[^/]+)\/(?:issues|pull)\/(\d+)/.exec(url)?.slice(1).join("#") ?? url;
}
