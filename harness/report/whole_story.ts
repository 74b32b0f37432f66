import type { ScenarioResult } from "../scenario/scenario_result.ts";
import { failureStory, type FailureStoryOptions } from "./failure_story.ts";

/** The stories of everything that a scenario saw broken; undefined when nothing went wrong. */
export function wholeStory(
  result: ScenarioResult,
  options: FailureStoryOptions = {},
): string | undefined {
  const { breakage, further = [] } = result;
  const stories = [breakage, ...further].flatMap(
    (promise) => failureStory({ ...result, breakage: promise }, options) ?? [],
  );
  return stories.length === 0 ? undefined : stories.join("\n\n");
}
