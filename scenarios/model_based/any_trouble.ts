/**
 * Anything happens to a model while hub and disk fail as well; then the faults stop.
 *
 * Invariants checked:
 * - Safety, after each step: a final path has a whole file of some commit, or what was damaged by hand; a success is
 *   a whole model; `status` and `verify` never call complete what is not.
 * - Liveness, once nothing fails any more: one download makes it right, nothing is left over, the next costs nothing.
 */
import fc from "fast-check";
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { Life } from "./life.ts";
import { anyStyle, anySwarm, anyTrouble, VERSION_COUNT } from "./trouble.ts";

export const anyTroubleScenario = scenario({
  name: "model_based/any_trouble",
  isIncidental: true,
  covers: [
    "DL-ATOMIC",
    "DL-INTEGRITY",
    "DL-CANCEL",
    "DL-CONCURRENT",
    "DL-DISK-ERROR",
    "DL-REPAIR-ALONE",
    "DL-LEFTOVERS",
    "DL-IDEMPOTENT",
    "LAYOUT-STRAYS",
    "STATUS-HONEST",
    "VERIFY-ROT",
    "REMOVE-ALL",
    "ERROR-KIND",
  ],
  goals: [
    "a fault of the hub",
    "a refusal of the disk",
    "a kill",
    "a cancel",
    "two at once",
    "damage by hand",
    "a download failed",
    "a download finished while the hub failed",
  ],
  // On a real disk too few cases fit into a run to meet everything.
  worlds: ["memory"],
  given: {
    versions: fc.array(anySmallModel({ weightBytesMax: 300 }), {
      minLength: VERSION_COUNT,
      maxLength: VERSION_COUNT,
    }),
    style: anyStyle(),
    volume: fc.constantFrom("plain" as const, "folding" as const),
    swarm: anySwarm(),
    steps: anyTrouble(),
  },
  world: ({ style, volume }) => ({ style, volume }),
  async check({ versions, swarm, steps }, world, verdict) {
    const life = new Life(world, verdict, { versions, swarm });
    for (const step of steps) await life.run(step);
    await life.finish();
  },
});
