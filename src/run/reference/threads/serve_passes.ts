import type { EngineSetup } from "../engine_setup.ts";
import { ForwardPass } from "../forward_pass.ts";
import { CONTROL, ThreadTeam } from "./thread_team.ts";

/**
 * Computes every pass that is ordered, on a thread of its own, which sleeps in between; it never returns.
 *
 * @param onDone called after each pass on the first thread, when all have ended it
 */
export function servePasses(setup: EngineSetup, index: number, onDone: () => void): void {
  const control = new Int32Array(setup.control);
  const pass = new ForwardPass(setup, new ThreadTeam(control, { index, count: setup.threadCount }));
  for (let done = 0; ;) {
    Atomics.wait(control, CONTROL.ordered, done);
    const ordered = Atomics.load(control, CONTROL.ordered);
    // Nothing else wakes it, but a wait may end without a reason.
    if (ordered === done) continue;
    // Before the pass: the next one may be ordered as soon as the first thread has said that this one ended.
    done = ordered;
    pass.run();
    if (index === 0) onDone();
  }
}
