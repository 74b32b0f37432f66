import { type Miniature, wrapSubject } from "./miniature.ts";

/** Takes every lock for one that a dead process left, so that two downloads write one partial file. */
export const sharesPartial: Miniature = {
  name: "shares_partial",
  lie: "Takes every lock for one that a dead process left, so that two downloads write one partial file.",
  breaks: ["DL-CONCURRENT"],
  wrap: (subject) =>
    wrapSubject(subject, "shares_partial", (host, config) =>
      subject.start({ ...host, processes: { ...host.processes, isAlive: () => false } }, config),
    ),
};
