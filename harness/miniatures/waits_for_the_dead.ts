import { type Miniature, wrapSubject } from "./miniature.ts";

/** An end after all, so that the court has one. */
const PATIENCE_MS = 100_000;

/** Waits for ever for a process that it once saw alive. */
export const waitsForTheDead: Miniature = {
  name: "waits_for_the_dead",
  lie: "Waits for ever for a process that it once saw alive.",
  breaks: ["DL-LOCK-DEAD"],
  wrap: (subject) =>
    wrapSubject(subject, "waits_for_the_dead", (host, config) => {
      const seen = new Set<number>();
      let stoppedMs: number | undefined;
      const isAlive = (pid: number) => {
        if (host.processes.isAlive(pid)) seen.add(pid);
        // Whoever waits must not see by the clock how long nobody has moved.
        else if (seen.has(pid)) stoppedMs ??= host.clock.now();
        return seen.has(pid);
      };
      const clock: typeof host.clock = {
        now: () => stoppedMs ?? host.clock.now(),
        sleep: async (durationMs, signal) => {
          await host.clock.sleep(durationMs, signal);
          if (stoppedMs !== undefined && host.clock.now() - stoppedMs > PATIENCE_MS)
            throw new Error("Cannot go on waiting for a process that does not answer");
        },
      };
      return subject.start({ ...host, clock, processes: { ...host.processes, isAlive } }, config);
    }),
};
