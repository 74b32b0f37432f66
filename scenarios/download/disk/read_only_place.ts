/**
 * The place of a model is there, and is not ours to write: it lies on a read-only volume, or its permissions forbid it. Nothing
 * is in it, or the half of a download, or the model of an earlier commit.
 *
 * Invariants checked:
 * - The download is refused with `access-denied`; no file of the model is lost or half-published.
 * - When the place may be written again, the next download finishes.
 */
import { basename, dirname } from "node:path";
import fc from "fast-check";
import {
  exists,
  type GuardedFilesOptions,
  needsLookForUpdate,
  readTree,
  sha256Hex,
} from "../../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  killDownload,
  type ModelFile,
  modelPlace,
  scenario,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../../harness/mod.ts";

const REQUEST = { repository: "mlx-community/ReadOnlyPlace" };
const CHUNK_BYTES = 1000;
/** A file so long that a download which is killed at one of its first pieces has not got it whole. */
const OWN_BYTES = 150 * CHUNK_BYTES;

export const readOnlyPlace = scenario({
  name: "download/read_only_place",
  covers: ["DL-DISK-ERROR", "ERROR-KIND"],
  goals: ["nothing was there", "a half was there", "an earlier commit was there"],
  given: {
    earlier: anySmallModel(),
    model: anySmallModel(),
    before: fc.constantFrom("nothing", "a half", "an earlier commit"),
    how: fc.constantFrom("read-only" as const, "locked" as const),
    depth: fc.constantFrom("root", "model"),
    killAt: fc.integer({ min: 1, max: 6 }),
  },
  world: () => ({ style: { chunkBytes: CHUNK_BYTES } }),
  async check({ earlier, model, before, how, depth, killAt }, world, verdict) {
    const id = "DL-DISK-ERROR";
    const { files, hub } = world;
    const directory = modelPlace(world, REQUEST.repository);
    const own = { path: "own.json", bytes: new Uint8Array(OWN_BYTES).fill(32), lfs: false };
    // Empty files, which some clients fail on, have scenarios of their own.
    const old = earlier.files.filter(isNotEmpty);
    const wanted = [...model.files.filter(isNotEmpty), own];
    if (before === "an earlier commit") {
      hub.publish(REQUEST.repository, old, { tags: ["mlx"] });
      await world.start().download(REQUEST);
    }
    hub.publish(REQUEST.repository, wanted, { tags: ["mlx"] });
    if (before === "a half")
      await killDownload(world, REQUEST, { at: { at: "chunk", nth: killAt } });
    if (!(await exists(files, world.root))) await files.mkdir(world.root);
    // Where it is there already, nothing need be written.
    if (await exists(files, filePlace(directory, own.path))) return;
    const guarded = await guardedPlace(world, { how, isRoot: depth === "root" });
    const paths = new Set([...old, ...wanted].map(({ path }) => path));
    const placed = await finalFiles(world, { directory, paths });
    const subject = world.start({ guarded });
    const askedBefore = hub.log.length;
    const download = async () => {
      const result = await subject.download(REQUEST);
      needsLookForUpdate(hub.log.slice(askedBefore));
      return result;
    };
    await verdict.fails(id, download, ["access-denied"]);
    await subject.kill();
    verdict.reached(`${before} was there`);
    const after = await finalFiles(world, { directory, paths });
    const lost = [...placed.keys()].find((path) => !after.has(path));
    verdict.holds(id, lost === undefined, () => `${lost} is lost`);
    const whole = new Map(wanted.map(({ path, bytes }) => [path, sha256Hex(bytes)]));
    const half = [...after].find(
      ([path, sha256]) => sha256 !== placed.get(path) && sha256 !== whole.get(path),
    );
    verdict.holds(id, half === undefined, () => `${half?.[0]} is half-published`);
    await verdict.attempt(id, () => world.start().download(REQUEST));
    const wrong = await wrongFiles(world, directory, wantedFiles(wanted));
    verdict.holds(id, wrong.length === 0, () => wrong.join(", "));
  },
});

function isNotEmpty({ bytes }: ModelFile): boolean {
  return bytes.length > 0;
}

/** What is kept from being written; it is there. */
async function guardedPlace(
  world: World,
  { how, isRoot }: { readonly how: "read-only" | "locked"; readonly isRoot: boolean },
): Promise<GuardedFilesOptions> {
  const { root, files } = world;
  const directory = modelPlace(world, REQUEST.repository);
  // A cache writes elsewhere before it makes a snapshot.
  const isCache = basename(dirname(directory)) === "snapshots";
  if (!isRoot && !isCache && (await exists(files, directory))) return { directory, how };
  // What lies below a locked root can be written to.
  const isEmpty = (await files.readdir(root)).length === 0;
  return { directory: root, how: isEmpty ? how : "read-only" };
}

/** Hashes of the files at final paths. */
async function finalFiles(
  { files }: World,
  { directory, paths }: { readonly directory: string; readonly paths: ReadonlySet<string> },
): Promise<Map<string, string>> {
  const found = (await readTree(files, directory)).filter(({ path }) => paths.has(path));
  return new Map(found.map(({ path, sha256 = "" }) => [path, sha256]));
}
