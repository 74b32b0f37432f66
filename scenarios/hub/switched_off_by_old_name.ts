/**
 * `TRANSFORMERS_OFFLINE` is set to something, and the newer `HF_HUB_OFFLINE` may be too.
 *
 * Invariants checked:
 * - No request is sent exactly when the newer is on, or is not set and the older is on.
 * - A newer one that is empty decides nothing.
 */
import fc from "fast-check";
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { settled, wireLog } from "../../harness/internal.ts";

const REPOSITORY = "mlx-community/OldName-4bit";
const WORDS = fc.constantFrom("1", "ON", "yes", "True", "0", "off", "no", "2");

export const switchedOffByOldName = scenario({
  name: "hub/switched_off_by_old_name",
  covers: ["HUB-ENV-TRANSFORMERS", "HUB-ENV-EMPTY"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    older: WORDS,
    newer: fc.oneof(fc.constantFrom(undefined, ""), WORDS),
  },
  goals: ["the older name decided", "the newer name decided"],
  async check({ model, older, newer }, world, verdict) {
    const requestsWith = async (name: string, switches: Readonly<Record<string, string>>) => {
      const repository = `${REPOSITORY}-${name}`;
      world.hub.publish(repository, model.files, { tags: ["mlx"] });
      const wire = wireLog();
      const env = { TRANSFORMERS_OFFLINE: older, ...switches };
      const subject = world.start({ env, relay: wire.watch });
      await settled(() => subject.download({ repository }));
      return wire.requests.length;
    };
    const isOn = /^(?:1|on|yes|true)$/i.test(newer || older);
    const count = await requestsWith("a", newer ? { HF_HUB_OFFLINE: newer } : {});
    verdict.holds(
      "HUB-ENV-TRANSFORMERS",
      isOn === (count === 0),
      `${count} requests with TRANSFORMERS_OFFLINE=${older} and HF_HUB_OFFLINE=${newer}`,
    );
    verdict.reached(newer ? "the newer name decided" : "the older name decided");
    if (newer !== "") return;
    const emptied = await requestsWith("b", { HF_HUB_OFFLINE: "" });
    verdict.holds(
      "HUB-ENV-EMPTY",
      (emptied === 0) === (count === 0),
      `${emptied} requests where HF_HUB_OFFLINE is empty, and ${count} where it is not set`,
    );
  },
});
