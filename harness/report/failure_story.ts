import { type RequirementId, REQUIREMENTS } from "../../spec/mod.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import { shownStanding } from "./shown_standing.ts";
import { shellWord, subjectOptions } from "../subjects/subject_text.ts";

/** Longest line of a failure report; a longer one is cut in the middle. */
const LINE_LENGTH_MAX = 600;

/** Options of {@linkcode failureStory}. */
export interface FailureStoryOptions {
  /** Path of the replay file, if one was written. */
  readonly replayFile?: string | undefined;
  /** Command line of the subject, if it is a program. */
  readonly subject?: string | undefined;
  /** Cases that the run was asked for, where it was not as many as by default. */
  readonly runs?: number | undefined;
  /** Further words of the command that plays the replay file. @default {none} */
  readonly replayOptions?: readonly string[] | undefined;
}

/**
 * Reports what went wrong in a scenario, in at most 16 lines: the requirement, what was seen, the smallest case in
 * words, the whole command that repeats it, and the one that explains the requirement.
 *
 * @returns undefined when the result is a pass or a skip
 */
export function failureStory(
  result: ScenarioResult,
  options: FailureStoryOptions = {},
): string | undefined {
  const { scenario, world, status, breakage, vacuity, seed } = result;
  if (status === "pass" || status === "skip") return undefined;
  const known = result.deviation === undefined ? [] : [`  known: ${result.deviation.issue}`];
  if (status === "unexpected-pass")
    return [`${scenario} in ${world}: passes, but is listed as a known deviation`, ...known].join(
      "\n",
    );
  const who = options.subject === undefined ? "" : ` ${subjectOptions(options.subject)}`;
  const cases = options.runs === undefined ? "" : ` --runs ${options.runs}`;
  const again = `mlx-conform run${who} --world ${world} --seed ${seed} --only ${scenario}`;
  if (breakage === undefined) {
    return [
      `${scenario} in ${world}: vacuous, proves nothing`,
      ...vacuity.slice(0, 10).map((why) => `  ${why}`),
      `  again: ${again}${cases}`,
    ].join("\n");
  }
  const { requirement, detail, expected, counterexample, path, words } = breakage;
  const { replayFile, replayOptions = [] } = options;
  const further = replayOptions.map((word) => ` ${shellWord(word)}`).join("");
  const what =
    requirement === undefined
      ? [`${scenario} in ${world}: ${status}`]
      : requirementLines(requirement, `${scenario} in ${world}`);
  const [first = shorten(counterexample), ...rest] = words ?? [];
  return [
    ...what,
    ...known,
    ...(expected === undefined ? [] : [`  expected: ${shorten(expected)}`]),
    `  seen:  ${shorten(detail.split("\n").slice(0, 6).join(" | "))}`,
    `  given: ${first}`,
    ...rest.map((line) => `         ${line}`),
    `  again: ${replayFile === undefined ? `${again} --path ${path}` : `mlx-conform replay ${shellWord(replayFile)}${who}${further} --trace`}`,
    ...(requirement === undefined ? [] : [`  why:   mlx-conform explain ${requirement}`]),
  ].join("\n");
}

/** What was broken; a SHOULD or a MAY is not held, and decides nothing. */
function requirementLines(requirement: RequirementId, where: string): string[] {
  const { level, text } = REQUIREMENTS[requirement];
  const how = shownStanding({ level }, "broken") === "broken" ? "broke" : "did not hold";
  const note = how === "broke" ? "" : " (the verdict does not change)";
  return [`${where}: ${how} ${requirement}`, `  ${level}${note}: ${text}`];
}

function shorten(text: string): string {
  if (text.length <= LINE_LENGTH_MAX) return text;
  const half = LINE_LENGTH_MAX / 2 - 3;
  return `${text.slice(0, half)} … ${text.slice(-half)}`;
}

/** Reports every requirement that a scenario saw broken; undefined when nothing went wrong. */
export function failureStories(
  result: ScenarioResult,
  options: FailureStoryOptions = {},
): string | undefined {
  const { breakage, further = [] } = result;
  const stories = [breakage, ...further].flatMap(
    (promise) => failureStory({ ...result, breakage: promise }, options) ?? [],
  );
  return stories.length === 0 ? undefined : stories.join("\n\n");
}
