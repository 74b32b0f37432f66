/**
 * The signed address that a redirect gave expires: before it is used, or in the middle of a file whose connection broke.
 *
 * Invariants checked:
 * - The file is resolved again and the download finishes.
 */
import fc from "fast-check";
import {
  anySmallModel,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Expiring";

export const expiringAddresses = scenario({
  name: "download/expiring_addresses",
  covers: ["DL-CDN-EXPIRED"],
  goals: ["an address had expired"],
  given: {
    model: anySmallModel({ weightBytesMax: 2000 }),
    isMidway: fc.boolean(),
    times: fc.integer({ min: 1, max: 2 }),
    status: fc.constantFrom(403, 403, 400, 401, 404, 410),
  },
  world: () => ({ style: { chunkBytes: 100 } }),
  async check({ model, isMidway, times, status: other }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    // What other stores than the hub's answer to an address that has expired is seldom known to programs.
    const status = world.kind === "process" ? 403 : other;
    const cut = {
      match: { kind: "cdn" as const, nth: 1 },
      do: { type: "cut" as const, atByte: 50, how: "rst" as const },
    };
    const expire = Array.from({ length: times }, () => ({
      match: { kind: "cdn" as const, nth: 1 },
      do: status === 403 ? { type: "expire-cdn" as const } : { type: "status" as const, status },
    }));
    world.hub.faults = isMidway ? [cut, ...expire] : expire;
    await verdict.attempt("DL-CDN-EXPIRED", () =>
      world.start().download({ repository: REPOSITORY, concurrency: 1 }),
    );
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), wantedFiles(model.files));
    verdict.holds("DL-CDN-EXPIRED", wrong.length === 0, wrong.join(", "));
    const refused = world.hub.log.filter(
      (exchange) => exchange.kind === "cdn" && exchange.status === status,
    ).length;
    if (refused > 0) verdict.reached("an address had expired");
    verdict.holds(
      "DL-CDN-EXPIRED",
      refused <= times,
      `an expired address was used ${refused} times`,
    );
  },
});
