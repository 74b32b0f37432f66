/**
 * Bits of a complete model's files turn over, and the files look as if nobody had touched them.
 *
 * Invariants checked:
 * - `verify` answers complete before, and that every byte was read, if it says so; afterwards it names every such file, with `hash`, and no other.
 */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { formerTimes, overwriteBytes } from "../../harness/internal.ts";
import { anySmallModel, filePlace, modelPlace, scenario, wantedFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Rot-4bit";

export const rot = scenario({
  name: "manage/rot",
  covers: ["VERIFY-ROT"],
  given: {
    model: anySmallModel(),
    flips: fc.uniqueArray(fc.record({ which: fc.nat(20), byte: fc.nat(), bit: fc.nat(7) }), {
      selector: ({ which }) => which,
      minLength: 1,
      maxLength: 3,
    }),
    isNewProcess: fc.boolean(),
  },
  async check({ model, flips, isNewProcess }, world, verdict) {
    const { files: disk } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    const times = new Map<string, number>();
    const files = (below: typeof disk) => formerTimes(below, times);
    let subject = world.start({ files });
    await subject.download({ repository: REPOSITORY });
    const before = await subject.verify({ repository: REPOSITORY });
    verdict.holds("VERIFY-ROT", before.state === "complete", `a whole model is ${before.state}`);
    const all = wantedFiles(model.files);
    const compared = before.state === "complete" ? before.compared : undefined;
    const sum = all.reduce((bytes, file) => bytes + file.bytes.length, 0);
    const counts = { files: all.length, bytes: sum, filesHashed: all.length, bytesHashed: sum };
    // An implementation need not say what it has read; where it does, that is everything.
    const isAll = compared === undefined || isDeepStrictEqual({ ...compared }, counts);
    verdict.holds("VERIFY-ROT", isAll, () => `it says that it read ${JSON.stringify(compared)}`);
    const rotten = new Set<string>();
    const wanted = all.filter(({ bytes }) => bytes.length > 0);
    for (const { which, byte, bit } of flips) {
      const file = wanted[which % wanted.length];
      if (file === undefined || rotten.has(file.path)) continue;
      const place = filePlace(directory, file.path);
      times.set(place, (await disk.stat(place)).modifiedMs);
      const bytes = Uint8Array.from(file.bytes);
      const at = byte % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      await overwriteBytes(disk, place, bytes);
      rotten.add(file.path);
    }
    if (isNewProcess) subject = world.start({ files });
    const status = await verdict.attempt("VERIFY-ROT", () =>
      subject.verify({ repository: REPOSITORY }),
    );
    const faults = status.state === "incomplete" ? status.faults : [];
    const found = faults.map(({ path, fault }) => `${path} ${fault}`).toSorted();
    const expected = [...rotten].map((path) => `${path} hash`).toSorted();
    verdict.holds(
      "VERIFY-ROT",
      found.join() === expected.join(),
      `${expected.join()}: ${found.join()}`,
    );
  },
});
