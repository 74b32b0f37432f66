/**
 * Somebody manages models without a network, or with one and every variable that could tempt to use it.
 *
 * Invariants checked:
 * - `status`, `locate`, `list`, `verify` and `remove` send no request, whatever the state of the model.
 */
import fc from "fast-check";
import { settled, wireLog } from "../../harness/internal.ts";
import { anySmallModel, filePlace, killDownload, modelPlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/NoNetwork";

export const noNetwork = scenario({
  name: "manage/no_network",
  covers: ["STATUS-LOCAL"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    state: fc.constantFrom("absent", "whole", "damaged", "interrupted"),
    env: fc.constantFrom<Record<string, string>>(
      {},
      { HF_TOKEN: "hf_x" },
      { HF_HUB_OFFLINE: "0" },
      { HTTPS_PROXY: "http://proxy.test:8080" },
      { HF_ENDPOINT: "https://mirror.test" },
    ),
    revision: fc.constantFrom("main", "v9", "f".repeat(40)),
    isDown: fc.boolean(),
  },
  async check({ model, state, env, revision, isDown }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const repository = REPOSITORY;
    if (state === "interrupted") {
      await killDownload(world, { repository }, { at: { at: "operation", nth: 20 } });
    } else if (state !== "absent") await world.start().download({ repository });
    if (state === "damaged")
      await world.files.unlink(filePlace(modelPlace(world, repository), "config.json"));
    if (isDown) world.hub.goOffline();
    const wire = wireLog();
    const subject = world.start({ env, relay: wire.watch });
    const calls = {
      status: () => subject.status({ repository, revision }),
      locate: () => subject.locate({ repository, revision }),
      list: () => subject.list(),
      verify: () => subject.verify({ repository, revision }),
      remove: () => subject.remove({ repository, revision }),
    };
    for (const [name, call] of Object.entries(calls)) {
      // Removing what is absent may fail; where it asked is what counts.
      if (name === "remove") await settled<unknown>(call);
      else await verdict.attempt("STATUS-LOCAL", async () => call());
      const [request] = wire.requests;
      verdict.holds("STATUS-LOCAL", request === undefined, `${name} asked ${request?.url}`);
    }
  },
});
