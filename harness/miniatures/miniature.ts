import type { RequirementId, Subject } from "../../spec/mod.ts";

/**
 * A tiny liar: an honest subject that breaks one promise.
 *
 * It wraps the subject or the host that the subject is given, so it works on any implementation.
 */
export interface Miniature {
  /** Named after the lie, such as `skips_hash`. */
  readonly name: string;
  /** The lie in one sentence. */
  readonly lie: string;
  /** The requirements that it breaks: these and no others must turn red. */
  readonly breaks: readonly RequirementId[];
  /** The scenarios that show it, where others judge the same of something else. @default {all that judge what it breaks} */
  readonly shownBy?: readonly string[];
  wrap(subject: Subject): Subject;
}

/** Makes a subject out of another one by changing its name and how it starts. */
export function wrapSubject(subject: Subject, name: string, start: Subject["start"]): Subject {
  return { name: `${name}(${subject.name})`, version: subject.version, start };
}
