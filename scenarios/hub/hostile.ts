/**
 * A hub that means harm: crafted headers, redirects, listings and descriptions, bodies without end, bombs. `mlx-conform hostile`
 * tries ten thousand of them.
 *
 * Invariants checked:
 * - Nothing is written outside the model's directory, and the token goes to no other host.
 * - Requests, memory and disk are bounded; a refusal has a code, and leaves nothing that keeps an honest hub out.
 */
import type { RequirementId } from "../../spec/mod.ts";
import {
  anyAttack,
  ATTACKED_VOLUME_BYTES,
  type AttackGain,
  runAttack,
} from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";

const REQUIREMENTS: Readonly<Record<AttackGain, RequirementId>> = {
  outside: "LAYOUT-ROOT-ONLY",
  prototype: "LAYOUT-ROOT-ONLY",
  token: "HUB-TOKEN-HOST",
  measure: "HUB-LIMIT-LISTING",
  untyped: "ERROR-KIND",
  stuck: "DL-NOT-A-HUB",
};

export const hostile = scenario({
  name: "hub/hostile",
  covers: ["LAYOUT-ROOT-ONLY", "HUB-TOKEN-HOST", "HUB-LIMIT-LISTING", "DL-NOT-A-HUB", "ERROR-KIND"],
  goals: ["an attack was refused", "an attack came to nothing"],
  given: { attack: anyAttack(), model: anySmallModel({ weightBytesMax: 100 }) },
  world: () => ({ availableBytes: ATTACKED_VOLUME_BYTES, style: { pageSize: 4 } }),
  async check({ attack, model }, world, verdict) {
    const { fired, code, findings } = await runAttack(world, { attack, model: model.files });
    if (fired === 0) return;
    verdict.reached(code === undefined ? "an attack came to nothing" : "an attack was refused");
    for (const id of new Set(Object.values(REQUIREMENTS))) {
      const got = findings.filter(({ gain }) => REQUIREMENTS[gain] === id);
      verdict.holds(id, got.length === 0, () =>
        got.map(({ gain, detail }) => `${gain}: ${detail}`).join("; "),
      );
    }
  },
});
