import { REQUIREMENTS } from "../../spec/mod.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import { shellWord, subjectOptions } from "../subjects/subject_text.ts";

/** Longest line of a failure report; a longer one is cut in the middle. */
const LINE_LENGTH_MAX = 600;

/** Options of {@linkcode failureStory}. */
export interface FailureStoryOptions {
  /** Path of the replay file, if one was written. */
  readonly replayFile?: string | undefined;
  /** Command line of the subject, if it is a program. */
  readonly subject?: string | undefined;
}

/**
 * Reports what went wrong in a scenario, in at most 15 lines: the requirement, what was seen, the smallest case in
 * words and the command that repeats it.
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
  const again = `mlx-conform${who} --world ${world} --seed ${seed} --only ${scenario}`;
  if (breakage === undefined) {
    return [
      `${scenario} in ${world}: vacuous, proves nothing`,
      ...vacuity.slice(0, 10).map((why) => `  ${why}`),
      `  again: ${again}`,
    ].join("\n");
  }
  const { requirement, detail, expected, counterexample, path, words } = breakage;
  const { replayFile } = options;
  const what =
    requirement === undefined
      ? [`${scenario} in ${world}: ${status}`]
      : [
          `${scenario} in ${world}: broke ${requirement}`,
          `  ${REQUIREMENTS[requirement].level}: ${REQUIREMENTS[requirement].text}`,
        ];
  const [first = shorten(counterexample), ...rest] = words ?? [];
  return [
    ...what,
    ...known,
    ...(expected === undefined ? [] : [`  expected: ${shorten(expected)}`]),
    `  seen:  ${shorten(detail.split("\n").slice(0, 6).join(" | "))}`,
    `  given: ${first}`,
    ...rest.map((line) => `         ${line}`),
    `  again: ${replayFile === undefined ? `${again} --path ${path}` : `mlx-conform replay ${shellWord(replayFile)}${who} --trace`}`,
  ].join("\n");
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
