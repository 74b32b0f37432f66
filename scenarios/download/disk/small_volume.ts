/**
 * The model's volume is too small for it, or takes no file of the size of its weights, or the process may write none.
 *
 * A program gets a real volume; where none can be mounted, a limit on the size of the files that it writes stands in for
 * it. That limit is played everywhere as what it is.
 *
 * Invariants checked:
 * - The download fails with `disk-full`, or of a file's size with `disk-io`, and at no final path there is a part of a file.
 * - Without the limit the next download finishes.
 */
import fc from "fast-check";
import { patternedBytes, readTree, sha256Hex } from "../../../harness/internal.ts";
import {
  anySmallModel,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REQUEST = { repository: "mlx-community/SmallVolume" };
const BLOCK_BYTES = 65_536;

export const smallVolume = scenario({
  name: "download/small_volume",
  covers: ["DL-DISK-ERROR", "ERROR-KIND"],
  worlds: ["memory", "disk", "process"],
  given: {
    model: anySmallModel(),
    blocks: fc.integer({ min: 2, max: 8 }),
    limited: fc.constantFrom("volume", "file"),
  },
  goals: ["a download was refused"],
  world: ({ blocks, limited }) =>
    limited === "volume" ? { availableBytes: blocks * BLOCK_BYTES, isRoomOptional: true } : {},
  async check({ model, blocks }, world, verdict) {
    const id = "DL-DISK-ERROR";
    const weights = {
      path: "own.safetensors",
      bytes: patternedBytes((blocks + 1) * BLOCK_BYTES),
      lfs: true,
    };
    // Empty files, which some clients fail on, have scenarios of their own.
    const files = [...model.files.filter(({ bytes }) => bytes.length > 0), weights];
    world.hub.publish(REQUEST.repository, files, { tags: ["mlx"] });
    const isSmall = world.availableBytes !== undefined;
    const subject = world.start(isSmall ? {} : { fileBytesMax: blocks * BLOCK_BYTES });
    await verdict.fails(
      id,
      () => subject.download(REQUEST),
      isSmall ? ["disk-full"] : ["disk-full", "disk-io"],
    );
    verdict.reached("a download was refused");
    const hashes = new Map(files.map(({ path, bytes }) => [path, sha256Hex(bytes)]));
    const directory = modelPlace(world, REQUEST.repository);
    const tree = await readTree(world.files, directory);
    const half = tree.find(
      ({ path, sha256 }) => hashes.has(path) && sha256 !== undefined && sha256 !== hashes.get(path),
    );
    verdict.holds(id, half === undefined, () => `${half?.path} is half-published`);
    if (isSmall) return;
    await subject.kill();
    await verdict.attempt(id, () => world.start().download(REQUEST));
    const wrong = await wrongFiles(world, directory, wantedFiles(files));
    verdict.holds(id, wrong.length === 0, () => wrong.join(", "));
  },
});
