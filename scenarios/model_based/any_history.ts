/**
 * Anything happens to a model, in any order: new commits, downloads, cancels, kills, damage, removal, no network.
 *
 * A plain map says what must be there; the subject must never fall behind it, and one download always makes it right.
 *
 * Invariants checked:
 * - A download that succeeds leaves exactly the files of the commit that the branch has.
 * - At every rest a final path has a whole file of some commit, or what was damaged by hand.
 * - `status` and `verify` never call complete what is not; without the network a complete model works, another does not.
 */
import fc from "fast-check";
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { anyHistory, VERSION_COUNT } from "./command.ts";
import { History } from "./history.ts";

export const anyHistoryScenario = scenario({
  name: "model_based/any_history",
  isIncidental: true,
  covers: [
    "LAYOUT-SET",
    "LAYOUT-AGREE",
    "LAYOUT-STRAYS",
    "DL-ATOMIC",
    "DL-NEW-COMMIT",
    "DL-REPAIR-ALONE",
    "OFF-COMPLETE",
    "OFF-INCOMPLETE",
    "STATUS-HONEST",
    "STATUS-LOCAL",
    "VERIFY-ROT",
    "REMOVE-ALL",
    "ERROR-KIND",
  ],
  goals: [
    "a download finished",
    "a complete model was used offline",
    "a process was killed",
    "a file was damaged",
  ],
  given: {
    versions: fc.array(anySmallModel(), { minLength: VERSION_COUNT, maxLength: VERSION_COUNT }),
    commands: anyHistory(),
  },
  async check({ versions, commands }, world, verdict) {
    const history = new History(world, verdict, versions);
    for (const command of commands) await history.run(command);
    await history.finish();
  },
});
