/**
 * A bit of a downloaded file turns over, and neither its size nor its modification time tells.
 *
 * Invariants checked:
 * - `verify` finds the file and names it.
 */
import fc from "fast-check";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  overwriteBytes,
  scenario,
  wantedFiles,
  wrapFiles,
} from "../../harness/mod.ts";
import type { FileStat } from "../../spec/mod.ts";

const REPOSITORY = "mlx-community/BitRot";

export const bitRot = scenario({
  name: "manage/bit_rot",
  covers: ["VERIFY-ROT"],
  given: {
    model: anySmallModel(),
    at: fc.nat(10),
    position: fc.double({ min: 0, max: 0.999, noNaN: true }),
    bit: fc.nat(7),
  },
  async check({ model, at, position, bit }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    await world.start().download({ repository: REPOSITORY });
    const files = wantedFiles(model.files).filter(({ bytes }) => bytes.length > 0);
    const victim = files[at % files.length] ?? files[0];
    if (victim === undefined) return;
    const place = filePlace(modelPlace(world, REPOSITORY), victim.path);
    const { modifiedMs } = await world.files.stat(place);
    const flipped = victim.bytes.slice();
    const index = Math.floor(position * flipped.length);
    flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
    await overwriteBytes(world.files, place, flipped);
    // The disk gives the time back that it had, as a failing one would.
    const forgetful = (disk: typeof world.files) =>
      wrapFiles(disk, async (call, next) => {
        const value = await next();
        const isStat = ["stat", "lstat", "fstat"].includes(call.operation) && call.path === place;
        return isStat ? ({ ...(value as FileStat), modifiedMs } as typeof value) : value;
      });
    const state = await verdict.attempt("VERIFY-ROT", () =>
      world.start({ files: forgetful }).verify({ repository: REPOSITORY }),
    );
    const names = state.state === "incomplete" ? state.faults.map(({ path }) => path) : [];
    verdict.holds(
      "VERIFY-ROT",
      names.includes(victim.path),
      `${victim.path} is not named: ${state.state} ${names.join()}`,
    );
  },
});
