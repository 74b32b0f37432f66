import type { Host } from "../../spec/mod.ts";
import type { LieWords } from "./lying_answers.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import type { StartedWith } from "./wrapped_manager.ts";

/** A miniature that changes what a subject learns of the outside world, and what it does to it. */
export function lyingHost(
  words: LieWords,
  change: (host: Host, started: StartedWith) => Partial<Host>,
): Miniature {
  return {
    ...words,
    wrap: (subject) =>
      wrapSubject(subject, words.name, (host, config) =>
        subject.start({ ...host, ...change(host, { host, config }) }, config),
      ),
  };
}
