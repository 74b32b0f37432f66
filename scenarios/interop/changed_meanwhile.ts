/**
 * A migration dies half-way or has not begun, on a volume with hard links or without, or between two volumes; then another tool puts a file of
 * its own where one of the model's files is, in the old place or in the new one, and the migration goes on or goes back.
 *
 * Invariants checked:
 * - Whether it goes on, goes back or refuses: what the other tool wrote is somewhere below the root, and so is every file of the model
 *   that was there at that moment.
 * - Where it has not begun and then fails, the model is whole in its old place once it is taken back, and the new one has what it had.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  exists,
  readTree,
  settled,
  sha256Hex,
  STORE_VOLUMES,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  modelPlace,
  ProcessKilled,
  scenario,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Changed-4bit";
const FLAT = "mlx-community--Changed-4bit";
/** What another tool puts there: as long as the file, longer, or nothing at all. */
const OTHERS = {
  same: (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x55),
  longer: (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from("another tool's")]),
  shorter: (bytes: Uint8Array) => bytes.subarray(0, bytes.length >> 1),
} as const;

export const changedMeanwhile = scenario({
  name: "interop/changed_meanwhile",
  covers: ["MIGRATE-SAFE"],
  goals: [
    "a file of both places was replaced",
    "another tool was there first",
    "it went on",
    "it went back",
    "it refused to begin",
  ],
  given: {
    model: anySmallModel({ weightBytesMax: 80 }),
    /** At which change of the disk it dies; 0: it has not begun. */
    nth: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) }, fc.constant(0)),
    volume: fc.constantFrom("another volume", "with links", "without links"),
    other: fc.constantFrom("same", "longer", "shorter"),
    which: fc.nat(),
    isNew: fc.boolean(),
    goesOn: fc.boolean(),
  },
  async check({ model, nth, volume, other, which, isNew, goesOn }, world, verdict) {
    const from = join(world.root, FLAT);
    const to = modelPlace(world, REPOSITORY, { layout: "hubapi" });
    for (const { path, bytes } of model.files)
      await writeBytes(world.files, join(from, path), bytes);
    const start = () => world.start(STORE_VOLUMES[volume](from));
    if (nth > 0) {
      const doomed = start();
      doomed.killAt({ at: "operation", nth });
      await unlessKilled(() => doomed.migrate({ repository: REPOSITORY, step: "move" }));
      await world.settle();
    }
    const places = [await pathsIn(world, from), await pathsIn(world, to)];
    const inBoth = model.files.filter(({ path }) => places.every((paths) => paths.has(path)));
    const candidates = inBoth.length > 0 ? inBoth : model.files;
    const changed = candidates[which % candidates.length];
    if (changed === undefined) return;
    const place = join(isNew ? to : from, changed.path);
    const bytes = OTHERS[other](changed.bytes);
    // As a tool does that replaces a file: the other name of the same data keeps it.
    if (await exists(world.files, place)) await world.files.unlink(place);
    await writeBytes(world.files, place, bytes);
    const before = await hashes(world, isVisible);
    if (inBoth.length > 0) verdict.reached("a file of both places was replaced");
    if (nth > 0) verdict.reached(goesOn ? "it went on" : "it went back");
    else verdict.reached("another tool was there first");
    const step = goesOn ? "move" : "undo";
    const moved = await settled(() => start().migrate({ repository: REPOSITORY, step }));
    const after = await hashes(world, () => true);
    const known = [...model.files.map((file) => file.bytes), bytes].map(sha256Hex);
    const lost = known.find((hash) => before.has(hash) && !after.has(hash));
    const isTheirs = lost === sha256Hex(bytes);
    verdict.holds(
      "MIGRATE-SAFE",
      lost === undefined,
      `${step} lost ${isTheirs ? "what another tool wrote in" : "a file of the model beside"} ${changed.path}`,
    );
    if (nth > 0 || !isNew || !goesOn || moved !== undefined) return;
    verdict.reached("it refused to begin");
    // What it did until it saw that can be taken back; where it did nothing, there is nothing to take back.
    await settled(() => start().migrate({ repository: REPOSITORY, step: "undo" }));
    const wrong = await wrongFiles(world, from, model.files);
    verdict.holds("MIGRATE-SAFE", wrong.length === 0, `refused and undone: ${wrong.join(", ")}`);
    const there = [...(await pathsIn(world, to))].filter((path) => isVisible(path));
    const stray = there.find((path) => path !== changed.path);
    verdict.holds("MIGRATE-SAFE", stray === undefined, `refused and undone, ${stray} is there too`);
  },
});

async function unlessKilled(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ProcessKilled)) throw error;
  }
}

async function pathsIn({ files }: World, directory: string): Promise<ReadonlySet<string>> {
  const entries = await readTree(files, directory);
  return new Set(entries.filter(({ kind }) => kind === "file").map(({ path }) => path));
}

/** Second names that a migration keeps for itself are no place of a file. */
function isVisible(path: string): boolean {
  return !path.split("/").some((name) => name.startsWith("."));
}

/** The content of every file below the root, under whatever name; nothing is lost with an empty one. */
async function hashes(
  { files, root }: World,
  counts: (path: string) => boolean,
): Promise<ReadonlySet<string>> {
  const entries = await readTree(files, root);
  return new Set(
    entries.flatMap(({ path, sha256, sizeBytes }) =>
      sha256 === undefined || sizeBytes === 0 || !counts(path) ? [] : [sha256],
    ),
  );
}
