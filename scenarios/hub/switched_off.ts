/**
 * `HF_HUB_OFFLINE` is set to something, with a model that is complete, damaged or absent, which is downloaded, or of which the latest commit is
 * asked for.
 *
 * Invariants checked:
 * - With any spelling of "on" no request is sent, whatever is on the disk; with anything else the hub is asked.
 * - A plain address cannot be downloaded so, and the error says why.
 */
import { join } from "node:path";
import fc from "fast-check";
import { settled, wireLog } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Off-4bit";

export const switchedOff = scenario({
  name: "hub/switched_off",
  covers: ["HUB-ENV-OFFLINE", "ERROR-KIND"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    on: fc.constantFrom("1", "ON", "YES", "TRUE").chain((word) => fc.mixedCase(fc.constant(word))),
    off: fc.constantFrom("0", "OFF", "no", "false", "2", "onward", "11", "enabled"),
    before: fc.constantFrom("absent", "complete", "damaged"),
    call: fc.constantFrom("download" as const, "downloadUrl" as const, "latestCommit" as const),
    organization: fc.constantFrom("mlx-community", "someone-else"),
  },
  goals: ["a download without the network was asked for", "the hub was asked all the same"],
  async check({ model, on, off, before, call, organization }, world, verdict) {
    const { hub } = world;
    const repository = `${organization}/${REPOSITORY.split("/")[1]}`;
    hub.publish(repository, model.files, { tags: ["mlx"] });
    const url = hub.serveUrl("/a.bin", Uint8Array.of(1));
    if (before !== "absent") await world.start().download({ repository });
    if (before === "damaged") {
      await world.files.unlink(join(modelPlace(world, repository), "config.json"));
    }
    const count = async (value: string) => {
      const wire = wireLog();
      const subject = world.start({ env: { HF_HUB_OFFLINE: value }, relay: wire.watch });
      const { latestCommit } = subject;
      if (call === "latestCommit" && latestCommit !== undefined)
        await settled(() => latestCommit({ repository }));
      else if (call !== "downloadUrl") await settled(() => subject.download({ repository }));
      else if (value !== on) await settled(() => subject.downloadUrl({ url }));
      else await verdict.fails("HUB-ENV-OFFLINE", () => subject.downloadUrl({ url }), ["offline"]);
      return wire.requests.length;
    };
    const whenOn = await count(on);
    verdict.reached("a download without the network was asked for");
    verdict.holds("HUB-ENV-OFFLINE", whenOn === 0, `${whenOn} requests with "${on}"`);
    const whenOff = await count(off);
    verdict.holds("HUB-ENV-OFFLINE", whenOff > 0, `no request with "${off}"`);
    verdict.reached("the hub was asked all the same");
  },
});
