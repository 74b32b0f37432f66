import { type Miniature, wrapSubject } from "./miniature.ts";

/** Comes back after a second, however long it was asked to wait. */
export const hammers: Miniature = {
  name: "hammers",
  lie: "Comes back after a second, however long it was asked to wait.",
  breaks: ["DL-RETRY-AFTER"],
  wrap: (subject) =>
    wrapSubject(subject, "hammers", (host, config) => {
      const sleep: typeof host.clock.sleep = (durationMs, signal) =>
        host.clock.sleep(durationMs > 30_000 ? 1_000 : durationMs, signal);
      return subject.start({ ...host, clock: { now: () => host.clock.now(), sleep } }, config);
    }),
};
