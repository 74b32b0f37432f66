/**
 * A compressed body grows far beyond what is listed when it is decoded.
 *
 * Invariants checked:
 * - The download fails after it took a bounded number of decoded bytes; of a program this is seen on the disk.
 * - Nothing of that body is at a final path.
 */
import { join } from "node:path";
import fc from "fast-check";
import { ERROR_CODES, type ErrorCode } from "../../spec/mod.ts";
import { exists, sizeOnDisk, wireLog } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, type StartOptions } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Bomb-4bit";
const MEBIBYTE = 1024 * 1024;
/** What a program writes goes to a real disk. */
const PROGRAM_MIB_MAX = 64;
/** More than any listing needs. */
const LISTING_BYTES_MAX = 256 * MEBIBYTE;

export const inflatingBody = scenario({
  name: "hub/inflating_body",
  covers: ["HUB-LIMIT-INFLATE", "ERROR-KIND"],
  given: {
    model: anySmallModel(),
    choose: fc.nat(),
    // Bombs in place of a listing are slow, as every client takes a good deal of them.
    kind: fc.oneof(
      { arbitrary: fc.constant("file" as const), weight: 20 },
      { arbitrary: fc.constant("tree" as const), weight: 1 },
      { arbitrary: fc.constant("info" as const), weight: 1 },
    ),
    inflatedMiB: fc.constantFrom(2, 64, 1024),
  },
  goals: ["a bomb was thrown"],
  async check({ model, choose, kind, inflatedMiB }, world, verdict) {
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    // Nobody needs to ask for an empty file, or twice for one content.
    const victims = model.files.filter(
      ({ path, bytes }) =>
        bytes.length > 0 &&
        !path.endsWith(".md") &&
        model.files.every((other) => other.path === path || !sameBytes(other.bytes, bytes)),
    );
    const victim = victims[choose % victims.length] ?? { path: "", bytes: new Uint8Array() };
    const isProgram = world.kind === "process";
    const inflated = isProgram ? Math.min(inflatedMiB, PROGRAM_MIB_MAX) : inflatedMiB;
    const action = { type: "gzip-bomb", inflatedBytes: inflated * MEBIBYTE } as const;
    const kinds = kind === "file" ? (["resolve", "cdn"] as const) : [kind];
    const path = kind === "file" ? victim.path : "*";
    hub.faults = kinds.map((one) => ({
      match: { kind: one, path, nth: "all" as const },
      do: action,
    }));
    const wire = wireLog();
    let onDisk = 0;
    const look = async () => {
      onDisk = Math.max(onDisk, await sizeOnDisk(world.files, world.root));
    };
    const seen: StartOptions = isProgram ? { look } : { fetch: wire.watch };
    const subject = world.start(seen);
    const codes = Object.keys(ERROR_CODES).filter((code) => code !== "internal") as ErrorCode[];
    await verdict.fails(
      "HUB-LIMIT-INFLATE",
      () => subject.download({ repository: REPOSITORY }),
      codes,
    );
    if (hub.firedCounts().some((count) => count > 0)) verdict.reached("a bomb was thrown");
    const bound = kind === "file" ? victim.bytes.length + MEBIBYTE : LISTING_BYTES_MAX;
    for (const { url, bytesTaken } of wire.requests) {
      verdict.holds(
        "HUB-LIMIT-INFLATE",
        bytesTaken <= Math.max(bound, MEBIBYTE),
        `${bytesTaken} bytes of ${url} were taken`,
      );
    }
    const whole = model.files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    verdict.holds("HUB-LIMIT-INFLATE", onDisk <= whole + MEBIBYTE, `${onDisk} bytes on the disk`);
    const place = join(modelPlace(world, REPOSITORY), ...victim.path.split("/"));
    verdict.holds("HUB-LIMIT-INFLATE", !(await exists(world.files, place)), `${place} is there`);
  },
});

function sameBytes(one: Uint8Array, two: Uint8Array): boolean {
  return Buffer.compare(one, two) === 0;
}
