import type { ModelManager } from "../../spec/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { type StartedWith, wrappedManager } from "./wrapped_manager.ts";

/** What a miniature says of itself. */
export type LieWords = Pick<Miniature, "name" | "lie" | "breaks" | "shownBy">;

/** A miniature that changes what a manager answers. */
export function lyingAnswers(
  words: LieWords,
  lies: (manager: ModelManager, started: StartedWith) => Partial<ModelManager>,
): Miniature {
  return {
    ...words,
    wrap: (subject) =>
      wrapSubject(subject, words.name, (host, config) => {
        const manager = subject.start(host, config);
        return wrappedManager(manager, lies(manager, { host, config }));
      }),
  };
}
