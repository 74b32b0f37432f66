/**
 * Drafts of issues about trophies, in Markdown: what was seen, how it is shown again, and what is not known.
 *
 * @module
 */

import { compareVersions, relativePlaces } from "../../../harness/internal.ts";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import type { Trophy } from "./read_trophies.ts";
import { DEFECT_FACTS } from "./upstreams.ts";

/** How every draft begins. */
export const DRAFT_MARK =
  "<!-- a draft by mlx-conform trophies: read, check and send it yourself -->";

/** The name of the draft about a defect of a project: the replays of all of its subjects and versions share it. */
export function draftName({ upstream, defect }: Trophy): string {
  const project = upstream.repository.replaceAll(/[^a-z0-9]+/g, "_");
  return `${project}.${defect.name}.md`;
}

/**
 * Writes the draft about one defect of one project.
 *
 * @param trophies all that show it, at least one
 * @param options how a replay's file is linked, and what the newest version does
 */
export function issueDraft(
  trophies: readonly [Trophy, ...Trophy[]],
  options: {
    readonly replayLink: (file: string) => string;
    readonly standingOf: (trophy: Trophy) => string;
  },
): string {
  const [{ defect, upstream, thread }] = trophies;
  const facts = DEFECT_FACTS[defect.name];
  const { text } = REQUIREMENTS[defect.requirement];
  const seen = trophies.map((trophy) => {
    const { replay, file } = trophy;
    const { subject, environment } = replay;
    const { runtime, platform, architecture } = environment;
    return `- ${subject.name} ${subject.version} (${platform} ${architecture}, suite on ${runtime}; ${options.standingOf(trophy)}): ${quoted(relativePlaces(replay.seen))} ([replay](${options.replayLink(file)}))`;
  });
  // That of the newest version that shows it.
  const [newest = trophies[0]] = trophies.toSorted((one, other) =>
    compareVersions(other.replay.subject.version, one.replay.subject.version),
  );
  const { replay, file } = newest;
  const name = upstream.clients[replay.subject.name];
  const { version, name: subject } = replay.subject;
  const [install, what, named] =
    name === undefined
      ? [`subjects ${subject}`, `builds it, where its adapter asks for ${version}`, subject]
      : [`judge ${name}@${version} --runs 1`, "installs it", `${name}@${version}`];
  return [
    DRAFT_MARK,
    "",
    `# ${upstream.repository}: ${defect.about}`,
    "",
    ...(facts?.isPrivate === true
      ? [
          "**Not for a public issue.** Somebody who controls a hub or what stands before it could use this: send it as the project's security policy says.",
          "",
        ]
      : []),
    ...(thread === undefined
      ? ["No thread about it is known. Search the project's issues before this is sent.", ""]
      : [`There is a thread: <${thread}>. What is new below belongs there.`, ""]),
    "## What is done",
    "",
    facts?.steps ?? "",
    "",
    "## What was seen",
    "",
    ...seen,
    "",
    "## How it is shown again",
    "",
    "```sh",
    `mlx-conform ${install}   # ${what}`,
    `mlx-conform replay ${file} --subject ${named}`,
    "```",
    "",
    `The case: ${replay.story.join(", ")}.`,
    "",
    "## What was expected",
    "",
    `${defect.requirement} of mlx-layout's specification: ${text} It is a requirement of that suite, and not one that this project has stated.`,
    "",
  ].join("\n");
}

function quoted(text: string): string {
  const line = (text.split("\n")[0] ?? "").replaceAll("`", "'");
  return `\`${line.length > 200 ? `${line.slice(0, 200)}…` : line}\``;
}
